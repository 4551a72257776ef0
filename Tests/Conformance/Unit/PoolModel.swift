@testable import DriverAPI

/// A pool's machine with what must be true of it: who holds which connection, and who waits.
struct PoolModel {
  var machine: PoolStateMachine
  private var leased: Set<Int> = []
  private var connecting: Set<Int> = []
  private var closing: Set<Int> = []
  private var waiting: [UInt64] = []

  init(machine: PoolStateMachine) { self.machine = machine }

  /// Makes one random call; answers with the promise it broke, if any.
  mutating func step(_ dice: inout Dice, now: MonotonicTime) -> String? {
    switch Int.random(in: 0...9, using: &dice) {
    case 0...3:
      let site = HolderSite(CallSite(file: "Model.swift", line: 1))
      return take(machine.lease(for: .init(since: now, site: site)))
    case 4, 5:
      guard let slot = leased.randomElement(using: &dice) else { return nil }
      leased.remove(slot)
      return follow(machine.released(slot: slot))
    case 6:
      guard let slot = connecting.randomElement(using: &dice) else { return nil }
      connecting.remove(slot)
      machine.connected(slot: slot, now: now)
      leased.insert(slot)
    case 7:
      let places = connecting.union(closing)
      guard let slot = places.randomElement(using: &dice) else { return nil }
      connecting.remove(slot)
      closing.remove(slot)
      return follow(machine.vacated(slot: slot))
    case 8:
      guard let id = waiting.randomElement(using: &dice) else { return nil }
      waiting.removeAll { $0 == id }
      if !machine.abandon(waiter: id) { return "waiter \(id) could not give up" }
    default:
      let expired = machine.expire(now: now)
      if !leased.isDisjoint(with: expired) { return "a leased connection expired" }
      closing.formUnion(expired)
    }
    return invariants
  }

  private mutating func take(_ lease: PoolStateMachine.Lease) -> String? {
    switch lease {
    case .granted(let slot, let idle):
      if idle < 0 { return "idle for \(idle)" }
      if !leased.insert(slot).inserted { return "slot \(slot) was leased twice" }
      if connecting.contains(slot) || closing.contains(slot) { return "slot \(slot) was not idle" }
    case .connect(let slot):
      if leased.contains(slot) || closing.contains(slot) { return "slot \(slot) is not empty" }
      if !connecting.insert(slot).inserted { return "slot \(slot) is being opened twice" }
    case .wait(let id): waiting.append(id)
    case .closed: return "it says it is closed"
    }
    return invariants
  }

  private mutating func follow(_ grant: PoolStateMachine.Grant) -> String? {
    guard case .resume(let id, let lease) = grant else { return invariants }
    guard waiting.first == id else { return "waiter \(id) was served before \(waiting)" }
    waiting.removeFirst()
    return take(lease)
  }

  private var invariants: String? {
    let busyCount = leased.count + connecting.count + closing.count
    if machine.busyCount != busyCount { return "\(machine.busyCount) busy, should be \(busyCount)" }
    if busyCount > machine.limits.maxConnections { return "more than the maximum are open" }
    if machine.waiterCount != waiting.count { return "a waiter was lost" }
    if !waiting.isEmpty, busyCount < machine.limits.maxConnections { return "waiting for nothing" }
    return nil
  }
}
