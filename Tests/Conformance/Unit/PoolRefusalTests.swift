import Testing

@testable import DriverAPI

@Suite("The pool's decisions about refused connections and waiters that gave up")
struct PoolRefusalTests {
  private static let start = MonotonicTime(nanoseconds: 5_000_000_000)

  private func machine(_ maxConnections: Int) -> PoolStateMachine {
    PoolStateMachine(
      limits: .init(
        maxConnections: maxConnections, idleTimeout: 60_000_000_000, maxLifetime: 600_000_000_000))
  }

  private func holder(_ seconds: Int64 = 0) -> PoolStateMachine.Holder {
    let since = MonotonicTime(nanoseconds: Self.start.nanoseconds + seconds * 1_000_000_000)
    return .init(since: since, site: HolderSite(CallSite(file: "Test.swift", line: 1)))
  }

  /// A machine with one idle connection that was opened and given back at the start.
  private func machineWithIdle(_ maxConnections: Int) -> PoolStateMachine {
    var machine = machine(maxConnections)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    _ = machine.released(slot: 0)
    return machine
  }

  @Test("who was refused a connection waits before all others, for one that is there")
  func refusedWaits() {
    var machine = machineWithIdle(3)
    _ = machine.lease(for: holder())
    let asked = machine.lease(for: holder(1))
    #expect(asked == .connect(slot: 1))
    let refused = machine.refused(slot: 1, for: holder(1))
    #expect(refused == .wait(id: 1))
    let other = machine.lease(for: holder(2))
    #expect(other == .wait(id: 2), "no further one is tried for a while")
    guard case .resume(1, .granted(0, _)) = machine.released(slot: 0) else {
      Issue.record("the one that was refused is not served first")
      return
    }
    let again = machine.connectAgain()
    #expect(again == [.resume(waiter: 2, with: .connect(slot: 1))])
  }

  @Test("a refusal is told where there is nothing to wait for")
  func refusedAlone() {
    var machine = machine(2)
    _ = machine.lease(for: holder())
    let refused = machine.refused(slot: 0, for: holder())
    #expect(refused == nil)
  }

  @Test("an idle connection goes to the one who was refused another")
  func refusedTakesIdle() {
    var machine = machine(2)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    _ = machine.lease(for: holder(1))
    _ = machine.released(slot: 0)
    guard case .granted(0, _) = machine.refused(slot: 1, for: holder(1)) else {
      Issue.record("the idle connection was passed over")
      return
    }
  }

  @Test("waiters that gave up, in whatever order, cost nothing", .timeLimit(.minutes(1)))
  func waitersThatGaveUp() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    let count: UInt64 = 20_000
    for _ in 0..<count { _ = machine.lease(for: holder()) }
    let start = ContinuousClock.now
    for id in (2...count).reversed() {
      let gaveUp = machine.abandon(waiter: id)
      #expect(gaveUp && machine.firstWaiter?.id == 1)
    }
    #expect(machine.waiterCount == 1)
    #expect(ContinuousClock.now - start < .seconds(5))
  }
}
