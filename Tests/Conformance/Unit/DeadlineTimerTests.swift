@testable import DriverAPI
import Testing

@Suite("Deadlines", .timeLimit(.minutes(1)))
struct DeadlineTimerTests {
  @Test("actions run in the order of their deadlines, whatever order they came in")
  func order() async {
    let start = ContinuousClock.now + .milliseconds(50)
    let ran = Mutex<[Int]>([])
    await withCheckedContinuation { continuation in
      for number in [7, 3, 9, 1, 5, 8, 2, 6, 4, 0] {
        _ = DeadlineTimer.shared.schedule(at: start + .milliseconds(5 * number)) {
          ran.withLock { $0.append(number) }
          if number == 9 { continuation.resume() }
        }
      }
    }
    #expect(ran.withLock { $0 } == Array(0...9))
  }

  @Test("none runs before its deadline, and one that comes later is not waited for by an earlier")
  func punctuality() async {
    let late = DeadlineTimer.shared.schedule(at: .now + .seconds(3600)) {}
    for milliseconds in [0, 1, 20] {
      let deadline = ContinuousClock.now + .milliseconds(milliseconds)
      let ran = await withCheckedContinuation { continuation in
        _ = DeadlineTimer.shared.schedule(at: deadline) {
          continuation.resume(returning: ContinuousClock.now)
        }
      }
      #expect(ran >= deadline)
      #expect(ran - deadline < .seconds(20))
    }
    late.cancel()
  }

  @Test("what is withdrawn does not run, though others before and behind it do")
  func withdrawal() async {
    let ran = Mutex<[Int]>([])
    let start = ContinuousClock.now + .milliseconds(100)
    // More than are kept without looking at them.
    let entries = (0..<5000).map { number in
      DeadlineTimer.shared.schedule(at: start + .microseconds(number)) {
        ran.withLock { $0.append(number) }
      }
    }
    for (number, entry) in entries.enumerated() where number % 1000 != 0 { entry.cancel() }
    await withCheckedContinuation { continuation in
      _ = DeadlineTimer.shared.schedule(at: start + .milliseconds(50)) { continuation.resume() }
    }
    #expect(ran.withLock { $0 } == [0, 1000, 2000, 3000, 4000])
  }

  @Test("a deadline beyond all clocks is no deadline")
  func never() async throws {
    let ran = Mutex(false)
    let entry = DeadlineTimer.shared.schedule(at: .now + .seconds(Int64.max / 4)) {
      ran.withLock { $0 = true }
    }
    try await Task.sleep(for: .milliseconds(20))
    #expect(!ran.withLock { $0 })
    entry.cancel()
  }
}
