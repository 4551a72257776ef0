import Testing

@testable import DriverAPI

@Suite("Pipelines: texts that are kept away from others")
struct SolitudeTests {
  private let solitude = Solitude()
  private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

  private func after(_ seconds: Int64) -> MonotonicTime {
    start.advanced(by: seconds * 1_000_000_000)
  }

  @Test("a text that held nobody up is not kept away")
  func aTextThatHeldNobodyUp() {
    #expect(!solitude.lasts(at: start))
  }

  @Test("a text that held others up is kept away for a second")
  func aTextThatHeldOthersUp() {
    solitude.begin(at: start)
    #expect(solitude.lasts(at: start))
    #expect(!solitude.lasts(at: after(1)))
  }

  @Test("each time it happens again it is kept away for twice as long")
  func eachTimeItHappensAgainIt() {
    solitude.begin(at: start)
    solitude.begin(at: after(2))
    #expect(solitude.lasts(at: after(3)))
    #expect(!solitude.lasts(at: after(4)))
    solitude.begin(at: after(5))
    #expect(solitude.lasts(at: after(8)))
    #expect(!solitude.lasts(at: after(9)))
  }

  @Test("after a long time in good company it begins anew")
  func afterALongTimeInGood() {
    solitude.begin(at: start)
    solitude.begin(at: after(2))
    solitude.begin(at: after(100))
    #expect(!solitude.lasts(at: after(101)))
  }

  @Test("a text with a good record is forgiven once")
  func aTextWithAGoodRecord() {
    for _ in 0..<200 { solitude.noteQuickEnd() }
    #expect(solitude.isUnlikely)
    solitude.begin(at: start)
    #expect(!solitude.lasts(at: start))
    #expect(!solitude.isUnlikely)
    solitude.begin(at: start)
    #expect(solitude.lasts(at: start))
  }
}
