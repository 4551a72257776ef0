import Testing

@testable import DriverAPI

@Suite("Pipelines: texts that are kept away from others")
struct StatementBackoffTests {
  private let backoff = StatementBackoff()
  private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

  private func after(_ seconds: Int64) -> MonotonicTime {
    start.advanced(by: seconds * 1_000_000_000)
  }

  @Test("a text that held nobody up is not kept away")
  func aTextThatHeldNobodyUp() {
    #expect(!backoff.isActive(at: start))
  }

  @Test("a text that held others up is kept away for a second")
  func aTextThatHeldOthersUp() {
    backoff.begin(at: start)
    #expect(backoff.isActive(at: start))
    #expect(!backoff.isActive(at: after(1)))
  }

  @Test("each time it happens again it is kept away for twice as long")
  func eachTimeItHappensAgainIt() {
    backoff.begin(at: start)
    backoff.begin(at: after(2))
    #expect(backoff.isActive(at: after(3)))
    #expect(!backoff.isActive(at: after(4)))
    backoff.begin(at: after(5))
    #expect(backoff.isActive(at: after(8)))
    #expect(!backoff.isActive(at: after(9)))
  }

  @Test("after a long time of keeping up it begins anew")
  func afterALongTimeInGood() {
    backoff.begin(at: start)
    backoff.begin(at: after(2))
    backoff.begin(at: after(100))
    #expect(!backoff.isActive(at: after(101)))
  }

  @Test("a text with a good record is forgiven once")
  func aTextWithAGoodRecord() {
    for _ in 0..<200 { backoff.noteQuickEnd() }
    #expect(backoff.isUnlikely)
    backoff.begin(at: start)
    #expect(!backoff.isActive(at: start))
    #expect(!backoff.isUnlikely)
    backoff.begin(at: start)
    #expect(backoff.isActive(at: start))
  }
}
