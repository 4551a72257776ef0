import EventLoop
import Glibc
import Testing

/// What a task that waits for a socket may rely on, whether it waits on its own thread or suspended.
@Suite("Event loop: the wait for a socket", .timeLimit(.minutes(1)))
struct SocketWatchTests {
  /// Two ends of a connection; the second one is watched.
  private struct Pair {
    let near: Int32
    let far: Int32
    let watch: SocketWatch

    init() throws {
      var ends: [Int32] = [0, 0]
      try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
      near = ends[0]
      far = ends[1]
      watch = try EventLoop.shared.watch(far)
    }

    func close() {
      watch.remove()
      Glibc.close(near)
      Glibc.close(far)
    }
  }

  @Test("a socket that never answers does not keep the thread of a lone task")
  func aSocketThatNeverAnswersDoes() async throws {
    let pair = try Pair()
    defer { pair.close() }
    // Repeated, since it is a lone task only while no other test waits.
    for _ in 0..<20 {
      let ready = await pair.watch.wait(for: .readable, until: .now + .milliseconds(5))
      #expect(ready == .timedOut)
    }
  }

  @Test("a deadline that passes before the wait has begun ends it")
  func aDeadlineThatPassesBeforeThe() async throws {
    let pair = try Pair()
    defer { pair.close() }
    for microseconds in 0..<400 {
      let deadline = ContinuousClock.now + .microseconds(microseconds / 8)
      #expect(await pair.watch.wait(for: .readable, until: deadline) == .timedOut)
    }
  }

  @Test("a lone task on the loop's own thread does not hold it", .timeLimit(.minutes(1)))
  func aLoneTaskOnTheLoopsOwn() async throws {
    let pair = try Pair()
    defer { pair.close() }
    let task = Task(executorPreference: EventLoop.shared) {
      await pair.watch.wait(for: .readable, until: .now + .milliseconds(50))
    }
    // Only the loop can run it.
    let other = Task(executorPreference: EventLoop.shared) { true }
    #expect(await other.value)
    #expect(await task.value == .timedOut)
  }

  @Test("what the loop's thread is wanted for ends the wait of the task that holds it")
  func whatTheLoopsThreadIsWantedFor() async throws {
    let (pair, second) = (try Pair(), try Pair())
    defer {
      pair.close()
      second.close()
    }
    for round in 0..<200 {
      let ready = Task(executorPreference: EventLoop.shared) {
        await pair.watch.wait(for: .readable)
      }
      // Sometimes before it waits, sometimes while it does.
      try await Task.sleep(for: .microseconds(round % 8 * 50))
      switch round % 4 {
      case 0: pair.watch.wake()
      case 1:
        let other = Task(executorPreference: EventLoop.shared) { EventLoop.shared.isHere }
        #expect(await other.value)
        pair.watch.wake()
      case 2:
        async let answered = second.watch.wait(for: .readable)
        var byte: UInt8 = 1
        write(second.near, &byte, 1)
        #expect(await answered.contains(.readable))
        read(second.far, &byte, 1)
        pair.watch.wake()
      default:
        var byte: UInt8 = 1
        write(pair.near, &byte, 1)
      }
      let found = await ready.value
      if round % 4 == 3 {
        #expect(found.contains(.readable))
        var byte: UInt8 = 1
        read(pair.far, &byte, 1)
      } else {
        #expect(found == .woken)
      }
    }
  }

  @Test("watching that ends while the loop's thread is held ends the wait")
  func watchingThatEndsWhileHeld() async throws {
    for round in 0..<50 {
      let pair = try Pair()
      let ready = Task(executorPreference: EventLoop.shared) {
        await pair.watch.wait(for: .readable)
      }
      try await Task.sleep(for: .microseconds(round % 8 * 50))
      pair.close()
      #expect(await ready.value == .failed)
    }
  }

  @Test("an answer ends the wait")
  func anAnswerEndsTheWait() async throws {
    let pair = try Pair()
    defer { pair.close() }
    for _ in 0..<1000 {
      var byte: UInt8 = 1
      write(pair.near, &byte, 1)
      #expect(await pair.watch.wait(for: .readable).contains(.readable))
      read(pair.far, &byte, 1)
    }
  }

  @Test("an answer that comes late ends the wait")
  func anAnswerThatComesLateEnds() async throws {
    let pair = try Pair()
    defer { pair.close() }
    for pause in 0..<20 {
      async let ready = pair.watch.wait(for: .readable)
      try await Task.sleep(for: .microseconds(pause * 250))
      var byte: UInt8 = 1
      write(pair.near, &byte, 1)
      #expect(await ready.contains(.readable))
      read(pair.far, &byte, 1)
    }
  }

  @Test("waking ends the wait without an answer")
  func wakingEndsTheWaitWithoutAn() async throws {
    let pair = try Pair()
    defer { pair.close() }
    for _ in 0..<20 {
      async let ready = pair.watch.wait(for: .readable)
      pair.watch.wake()
      #expect(await ready == .woken)
    }
  }

  @Test("a watch that is removed does not wait")
  func aWatchThatIsRemovedDoes() async throws {
    let pair = try Pair()
    pair.close()
    #expect(await pair.watch.wait(for: .readable) == .failed)
  }
}
