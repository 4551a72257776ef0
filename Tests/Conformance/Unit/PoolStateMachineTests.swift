import Testing

@testable import DriverAPI

/// In nanoseconds.
private let second: Int64 = 1_000_000_000

@Suite("The pool's decisions")
struct PoolStateMachineTests {
  private static let start = MonotonicTime(nanoseconds: 5_000_000_000)

  /// The moment so many seconds after the start.
  private func after(_ seconds: Int) -> MonotonicTime {
    MonotonicTime(nanoseconds: Self.start.nanoseconds + second * Int64(seconds))
  }

  private func machine(
    _ maxConnections: Int = 2, minConnections: Int = 0
  ) -> PoolStateMachine {
    PoolStateMachine(
      limits: .init(
        maxConnections: maxConnections, minConnections: minConnections, idleTimeout: 60 * second,
        maxLifetime: 600 * second))
  }

  private func holder(_ seconds: Int = 0) -> PoolStateMachine.Holder {
    .init(since: after(seconds), site: HolderSite(CallSite(file: "Test.swift", line: 1)))
  }

  /// A machine with one idle connection that was opened and given back at the start.
  private func machineWithIdle(_ maxConnections: Int = 2) -> PoolStateMachine {
    var machine = machine(maxConnections)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    _ = machine.released(slot: 0)
    return machine
  }

  @Test("opens connections up to the maximum, then lets callers wait")
  func opensUpToTheMaximum() {
    var machine = machine(2)
    let answer1 = machine.lease(for: holder())
    #expect(answer1 == .connect(slot: 0))
    let answer2 = machine.lease(for: holder())
    #expect(answer2 == .connect(slot: 1))
    let answer3 = machine.lease(for: holder())
    #expect(answer3 == .wait(id: 1))
    let answer4 = machine.lease(for: holder())
    #expect(answer4 == .wait(id: 2))
    #expect(machine.busyCount == 2)
    #expect(machine.waiterCount == 2)
  }

  @Test("opens as many ahead as are to be there, and keeps those however long they are idle")
  func opensAhead() {
    var machine = machine(4, minConnections: 2)
    let (first, second, third) = (
      machine.openAhead(for: holder()), machine.openAhead(for: holder()),
      machine.openAhead(for: holder())
    )
    #expect([first, second, third] == [0, 1, nil])
    for slot in 0...1 {
      machine.connected(slot: slot, now: Self.start)
      _ = machine.released(slot: slot)
    }
    // One more by demand: it goes when it is idle for too long, and no other.
    let (_, _, extra) = (
      machine.lease(for: holder()), machine.lease(for: holder()), machine.lease(for: holder())
    )
    #expect(extra == .connect(slot: 2))
    machine.connected(slot: 2, now: Self.start)
    for slot in 0...2 { _ = machine.released(slot: slot) }
    let idle = machine.expire(now: after(61))
    #expect(idle.count == 1)
    let later = machine.expire(now: after(120))
    #expect(later.isEmpty)
    let old = machine.expire(now: after(601))
    #expect(old.count == 2)
    for slot in idle + old { _ = machine.vacated(slot: slot) }
    let again = machine.openAhead(for: holder())
    #expect(again == 0)
    _ = machine.close()
    let closed = machine.openAhead(for: holder())
    #expect(closed == nil)
  }

  @Test("serves waiters in the order of asking")
  func servesInOrder() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    _ = machine.lease(for: holder(1))
    _ = machine.lease(for: holder(2))
    guard case .resume(1, .granted(0, _)) = machine.released(slot: 0) else {
      Issue.record("the first waiter was not served first")
      return
    }
    guard case .resume(2, .granted(0, _)) = machine.released(slot: 0) else {
      Issue.record("the second waiter was not served second")
      return
    }
    let answer5 = machine.released(slot: 0)
    #expect(answer5 == .nobody)
    #expect(machine.busyCount == 0)
  }

  @Test("nobody overtakes those who wait")
  func nobodyOvertakes() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    let answer6 = machine.lease(for: holder())
    #expect(answer6 == .wait(id: 2))
    #expect(machine.firstWaiter?.id == 1)
  }

  @Test("a waiter that gave up is passed over, and cannot give up twice")
  func passesOverAbandoned() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    let answer7 = machine.abandon(waiter: 1)
    #expect(answer7)
    let answer8 = machine.abandon(waiter: 1)
    #expect(!answer8)
    #expect(machine.firstWaiter?.id == 2)
    guard case .resume(2, _) = machine.released(slot: 0) else {
      Issue.record("the waiter that stayed was not served")
      return
    }
    let answer9 = machine.abandon(waiter: 2)
    #expect(!answer9, "a waiter that was served can no longer give up")
  }

  @Test("a place whose connection could not be opened goes to the next who waits")
  func passesOnVacatedPlace() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    let answer10 = machine.vacated(slot: 0)
    #expect(answer10 == .resume(waiter: 1, with: .connect(slot: 0)))
    let answer11 = machine.vacated(slot: 0)
    #expect(answer11 == .nobody)
    let answer12 = machine.lease(for: holder())
    #expect(answer12 == .connect(slot: 0))
  }

  @Test("leases the connection that was used last, and tells how long it was idle")
  func lendsTheWarmest() {
    var machine = machine(2)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    machine.connected(slot: 1, now: Self.start)
    _ = machine.released(slot: 1)
    _ = machine.released(slot: 0)
    let answer13 = machine.lease(for: holder(7))
    #expect(answer13 == .granted(slot: 0, idle: 7 * second))
    let answer14 = machine.lease(for: holder(8))
    #expect(answer14 == .granted(slot: 1, idle: 8 * second))
  }

  @Test("a connection that is being put in order has no holder and is not leased")
  func putsInOrder() {
    var machine = machine(1)
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    #expect(machine.holders.count == 1)
    machine.ended(slot: 0)
    #expect(machine.holders.isEmpty)
    #expect(machine.busyCount == 1)
    let waiting = machine.lease(for: holder(3))
    #expect(waiting == .wait(id: 1))
    let grant = machine.released(slot: 0)
    #expect(grant == .resume(waiter: 1, with: .granted(slot: 0, idle: 3 * second)))
  }

  @Test("takes out what was idle for too long, and nothing else")
  func expiresIdle() {
    var machine = machineWithIdle()
    let answer15 = machine.expire(now: after(60))
    #expect(answer15 == [])
    let answer16 = machine.expire(now: after(61))
    #expect(answer16 == [0])
    let answer17 = machine.lease(for: holder(61))
    #expect(answer17 == .connect(slot: 1), "what is closing is not leased")
    let answer18 = machine.vacated(slot: 0)
    #expect(answer18 == .nobody)
    let answer19 = machine.lease(for: holder(61))
    #expect(answer19 == .connect(slot: 0))
  }

  @Test("takes out what is too old when it is idle, never while it is leased")
  func expiresOld() {
    var machine = machineWithIdle()
    let answer20 = machine.lease(for: holder(590))
    #expect(answer20 == .granted(slot: 0, idle: 590 * second))
    let answer21 = machine.expire(now: after(601))
    #expect(answer21 == [])
    _ = machine.released(slot: 0)
    #expect(machine.isOutdated(slot: 0, now: after(601)))
    #expect(!machine.isOutdated(slot: 0, now: after(600)))
    let answer22 = machine.expire(now: after(601))
    #expect(answer22 == [0])
  }

  @Test("when closed it turns waiters away in order, closes what is idle and leases nothing")
  func closes() {
    var machine = machine(2)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    machine.connected(slot: 0, now: Self.start)
    machine.connected(slot: 1, now: Self.start)
    _ = machine.lease(for: holder())
    _ = machine.lease(for: holder())
    _ = machine.abandon(waiter: 1)
    let closing = machine.close()
    #expect(closing.idle == [])
    #expect(closing.waiters == [2])
    #expect(machine.isClosed)
    let answer23 = machine.lease(for: holder())
    #expect(answer23 == .closed)
    #expect(machine.busyCount == 2)
    let answer24 = machine.vacated(slot: 0)
    #expect(answer24 == .nobody)
    let answer25 = machine.vacated(slot: 1)
    #expect(answer25 == .nobody)
    #expect(machine.busyCount == 0)
  }

  @Test("closing takes the idle ones out")
  func closesIdle() {
    var machine = machineWithIdle()
    let answer26 = machine.close()
    #expect(answer26.idle == [0])
    #expect(machine.busyCount == 1, "it is busy until it is closed")
  }

  @Test("random calls never lease one connection twice, exceed the maximum or lose a waiter")
  func staysWhole() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = Dice(state: seed)
    for _ in 0..<40 {
      var model = PoolModel(machine: machine(Int.random(in: 1...4, using: &generator)))
      for step in 0..<300 {
        if let fault = model.step(&generator, now: after(step)) {
          Issue.record("\(fault) (seed \(seed), step \(step))")
          return
        }
      }
    }
  }
}

/// Numbers that can be had again from their seed.
struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
