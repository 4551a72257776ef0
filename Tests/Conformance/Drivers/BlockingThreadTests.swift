import DriverAPI
import EventLoop
import Glibc
import Testing

/// Work that blocks has a thread of its own, which stays for the next.
@Suite("Threads for what blocks", .timeLimit(.minutes(1)))
struct BlockingThreadTests {
  private final class Arrivals: Sendable {
    private let arrived = Mutex(0)

    var count: Int { arrived.withLock { $0 } }

    func add() { arrived.withLock { $0 += 1 } }
  }

  /// The kernel's number for it: the library's own is given to the next thread again.
  private static var threadName: String {
    var name = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/thread-self", &name, name.count)
    return String(decoding: name.prefix(max(0, count)).map { UInt8($0) }, as: UTF8.self)
  }

  @Test("what comes later finds a thread that is there")
  func reuse() async throws {
    var threads: Set<String> = []
    for _ in 1...40 {
      let thread = await BlockingThread.run { Self.threadName }
      threads.insert(try #require(thread))
    }
    // Other tests have some too, and one may not be back yet.
    #expect(threads.count < 20, "\(threads.count) threads for one after another")
  }

  @Test("what blocks keeps nobody waiting, however much of it there is")
  func manyAtOnce() async throws {
    let count = 40
    let arrived = Arrivals()
    let sums = await withTaskGroup(of: Int?.self) { group in
      for number in 1...count {
        group.addTask {
          await BlockingThread.run {
            arrived.add()
            // Ends only if all others have a thread too.
            while arrived.count < count { usleep(1000) }
            return number
          }
        }
      }
      return await group.reduce(into: [Int]()) { if let number = $1 { $0.append(number) } }
    }
    #expect(sums.sorted() == Array(1...count))
  }

  @Test("work that comes when a thread's patience ends is done", .timeLimit(.minutes(1)))
  func atTheEndOfPatience() async throws {
    for pause in [4_998, 4_999, 5_000, 5_001] {
      let first = await BlockingThread.run { true }
      try await Task.sleep(for: .milliseconds(pause))
      let second = await BlockingThread.run { true }
      #expect(first == true && second == true)
    }
  }
}
