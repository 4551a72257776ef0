import DriverAPI
import Foundation
import Testing

@Suite("Calls that block", .timeLimit(.minutes(1))) struct BlockingCallsTests {
  @Test("what is abandoned is waited for no longer", .timeLimit(.minutes(1)))
  func abandoned() async throws {
    let calls = BlockingCalls(label: "test")
    let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    defer { end.signal() }
    calls.statementBegins()
    let task = Task { () throws -> Void in
      try await calls.run(heedingCancellation: false) { () throws(DatabaseError) in
        begun.signal()
        end.wait()
      }
    }
    while begun.wait(timeout: .now()) == .timedOut { try await Task.sleep(for: .milliseconds(2)) }
    calls.abandon()
    let error = try await #require(throws: DatabaseError.self) { try await task.value }
    #expect(error.kind == .connectionLost && error.connection == .spent)
    #expect(error.execution == .unknown)
  }

  @Test func `nobody waits for an interrupted call that does not return`() async throws {
    let calls = BlockingCalls(label: "stuck", patience: .milliseconds(50))
    let stuck = DispatchSemaphore(value: 0)
    defer { stuck.signal() }
    calls.statementBegins()
    Thread.detachNewThread {
      Thread.sleep(forTimeInterval: 0.02)
      calls.interrupt()
    }
    let error = try #require(
      await #expect(throws: DatabaseError.self) {
        try await calls.run { () throws(DatabaseError) in stuck.wait() }
      })
    #expect(error.kind == .cancelled && error.connection == .spent && error.execution == .unknown)
  }

  @Test func `a call that returns in time is not given up`() async throws {
    let calls = BlockingCalls(label: "slow", patience: .seconds(30))
    calls.statementBegins()
    calls.interrupt()
    #expect(try await calls.run { () throws(DatabaseError) in 7 } == 7)
  }

  /// As a client library does that connects for it: to a server that is silent.
  @Test func `requests to stop that block hold up nobody else`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let stuck = (1...40).map { BlockingCalls(label: "stuck \($0)", patience: .milliseconds(300)) }
    defer { for _ in 1...80 { gate.signal() } }
    let end = ContinuousClock.now + .seconds(20)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for calls in stuck {
        calls.statementBegins()
        group.addTask {
          let error = try #require(
            await #expect(throws: DatabaseError.self) {
              try await calls.run { () throws(DatabaseError) in
                try calls.interruptible(cancel: { gate.wait() }) {
                  calls.interrupt()
                  gate.wait()
                }
              }
            })
          #expect(error.kind == .cancelled && error.connection == .spent)
        }
      }
      try await group.waitForAll()
    }
    #expect(ContinuousClock.now < end, "their end came only when there were threads for all")
  }
}
