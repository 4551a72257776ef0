import DequeModule

/// The decisions of a connection pool, without connections, locks or clocks.
///
/// Connections live in numbered slots. Every call is told the time and answers with what is to be
/// done; ``ConnectionPool`` does it. Whoever needs a connection that does not exist yet opens it in
/// its own task, so that a refused connection is reported to the one who asked. [POOL-1]
struct PoolStateMachine {
  /// Who has a connection, since when and from where.
  struct Holder {
    var since: MonotonicTime
    var site: HolderSite
    /// Nil if the holder gives the connection back before any code of the application runs.
    var task: Int?
  }

  /// What one slot holds.
  enum Slot {
    case empty
    case connecting(Holder)
    case idle(since: MonotonicTime)
    case leased(Holder)
    case cleaning(since: MonotonicTime)
    case closing
  }

  /// How many connections there may be and how long they are kept.
  struct Limits {
    var maxConnections: Int
    /// So many are opened without being asked for, and not closed for being idle.
    var minConnections = 0
    /// In nanoseconds.
    var idleTimeout: Int64
    /// In nanoseconds.
    var maxLifetime: Int64
  }

  /// What a caller that wants a connection gets.
  enum Lease: Equatable {
    /// This connection, which was idle for so many nanoseconds.
    case granted(slot: Int, idle: Int64)
    /// Leave to open one in this slot, and to tell how it went.
    case connect(slot: Int)
    /// Nothing yet: wait under this number.
    case wait(id: UInt64)
    /// Nothing ever: the pool is closed.
    case closed
  }

  /// What becomes of a waiter when a connection or a slot comes free.
  enum Grant: Equatable {
    case nobody
    /// Resume this waiter with that lease.
    case resume(waiter: UInt64, with: Lease)
  }

  let limits: Limits
  private(set) var slots: [Slot]
  private(set) var isClosed = false
  private var openedAt: [MonotonicTime?]
  // Last in, first out: the connection used last has the warmest caches, the others grow idle.
  private var idleStack: [Int] = []
  private var waiters: [UInt64: Holder] = [:]
  private var waiterOrder: Deque<UInt64> = []
  private var nextWaiterID: UInt64 = 1
  /// The server refused a connection lately; until it is asked again those that are there must do.
  private var isHoldingOff = false

  init(limits: Limits) {
    precondition(limits.maxConnections > 0, "a pool needs room for one connection")
    self.limits = limits
    slots = Array(repeating: .empty, count: limits.maxConnections)
    openedAt = Array(repeating: nil, count: limits.maxConnections)
  }

  var waiterCount: Int { waiters.count }

  /// Who asked first of those who still wait.
  var firstWaiter: (id: UInt64, holder: Holder)? {
    for id in waiterOrder {
      if let holder = waiters[id] { return (id, holder) }
    }
    return nil
  }

  /// Connections in use, being opened or being closed.
  var busyCount: Int {
    slots.count { slot in
      switch slot {
      case .empty, .idle: false
      case .connecting, .leased, .cleaning, .closing: true
      }
    }
  }

  /// Everyone who has a connection now.
  var holders: [Holder] {
    slots.compactMap { slot in
      switch slot {
      case .leased(let holder), .connecting(let holder): holder
      default: nil
      }
    }
  }

  /// Somebody wants a connection.
  mutating func lease(for holder: Holder) -> Lease {
    if isClosed { return .closed }
    // Those who wait already come first, even if something is free at this moment.
    if waiters.isEmpty, let lease = take(for: holder) { return lease }
    let id = nextWaiterID
    nextWaiterID += 1
    waiters[id] = holder
    waiterOrder.append(id)
    return .wait(id: id)
  }

  /// Whether the next who asks gets a connection that is idle.
  var hasIdle: Bool { !isClosed && waiters.isEmpty && !idleStack.isEmpty }

  /// Tells who has a leased connection now: sessions can change hands without the machine.
  mutating func noteHolder(_ holder: Holder, slot: Int) {
    if case .leased = slots[slot] { slots[slot] = .leased(holder) }
  }

  /// A waiter gave up. False if it had been granted something already.
  mutating func abandon(waiter id: UInt64) -> Bool {
    guard waiters.removeValue(forKey: id) != nil else { return false }
    forgetAbandoned()
    return true
  }

  // Who gave up leaves its number in the order: those in front go at once, the others when they are
  // most of it, so that neither asking who is first nor giving up takes longer with every one. [POOL-14]
  private mutating func forgetAbandoned() {
    while let first = waiterOrder.first, waiters[first] == nil { waiterOrder.removeFirst() }
    if waiterOrder.count > 64, waiterOrder.count > 2 * waiters.count {
      waiterOrder.removeAll { waiters[$0] == nil }
    }
  }

  /// The server refused the connection that was to be opened for this holder. [POOL-11]
  ///
  /// - Returns: what the holder gets instead, who asked before all that wait; nil if there is no
  ///   session that could come free. No further one is opened until ``connectAgain()``.
  mutating func refused(slot: Int, for holder: Holder) -> Lease? {
    guard !isClosed, hasSessions else { return nil }
    slots[slot] = .empty
    openedAt[slot] = nil
    isHoldingOff = true
    if let lease = take(for: holder) { return lease }
    let id = nextWaiterID
    nextWaiterID += 1
    waiters[id] = holder
    waiterOrder.prepend(id)
    return .wait(id: id)
  }

  /// The server may be asked again; answers with who is to do so.
  mutating func connectAgain() -> [Grant] {
    isHoldingOff = false
    var grants: [Grant] = []
    while case let grant = grantNext(), grant != .nobody { grants.append(grant) }
    return grants
  }

  private var hasSessions: Bool {
    slots.contains { slot in
      switch slot {
      case .idle, .leased, .cleaning: true
      case .empty, .connecting, .closing: false
      }
    }
  }

  /// The connection that was to be opened is there and leased.
  mutating func connected(slot: Int, now: MonotonicTime) {
    guard case .connecting(let holder) = slots[slot] else { return }
    openedAt[slot] = now
    slots[slot] = .leased(holder)
  }

  /// A lease ended, or an opening failed, and the slot's connection is gone.
  mutating func vacated(slot: Int) -> Grant {
    slots[slot] = .empty
    openedAt[slot] = nil
    return grantNext()
  }

  /// A lease ended and the connection can serve again.
  ///
  /// It counts as idle from the start of that lease: a clock less to read, and at worst a connection
  /// is asked after a long lease whether it still answers.
  mutating func released(slot: Int) -> Grant {
    switch slots[slot] {
    case .leased(let holder): slots[slot] = .idle(since: holder.since)
    case .cleaning(let since): slots[slot] = .idle(since: since)
    default: return .nobody
    }
    idleStack.append(slot)
    return grantNext()
  }

  /// A lease ended and the connection is being put in order or closed: nobody holds it, but it is not
  /// free either.
  mutating func ended(slot: Int) {
    if case .leased(let holder) = slots[slot] {
      slots[slot] = .cleaning(since: holder.since)
    }
  }

  /// Whether a connection is too old to be leased again.
  func isOutdated(slot: Int, now: MonotonicTime) -> Bool {
    guard let born = openedAt[slot] else { return false }
    return now.since(born) > limits.maxLifetime
  }

  /// How long the connection of a slot has been idle, in nanoseconds; zero if it is not.
  func idleTime(slot: Int, now: MonotonicTime) -> Int64 {
    if case .idle(let since) = slots[slot] { now.since(since) } else { 0 }
  }

  /// Takes the idle connections out that were idle for too long or are too old, to be closed.
  mutating func expire(now: MonotonicTime) -> [Int] {
    var expired = idleStack.filter { isOutdated(slot: $0, now: now) }
    var spareCount = openCount - expired.count - limits.minConnections
    for slot in idleStack where spareCount > 0 && !expired.contains(slot) {
      guard idleTime(slot: slot, now: now) > limits.idleTimeout else { continue }
      expired.append(slot)
      spareCount -= 1
    }
    startClosing(expired)
    return expired
  }

  /// Takes those of the slots out that are idle, to be closed.
  mutating func retire(_ slots: Set<Int>) -> [Int] {
    let retired = idleStack.filter(slots.contains)
    startClosing(retired)
    return retired
  }

  /// Leave to open one more before it is needed, in the slot that it answers with, as somebody who holds it
  /// until it is there; nil if there are enough.
  mutating func openAhead(for holder: Holder) -> Int? {
    guard !isClosed, !isHoldingOff, openCount < limits.minConnections,
      let vacant = vacantSlot
    else { return nil }
    slots[vacant] = .connecting(holder)
    return vacant
  }

  /// Connections that are there or being opened.
  private var openCount: Int {
    slots.count { slot in
      switch slot {
      case .empty, .closing: false
      case .connecting, .idle, .leased, .cleaning: true
      }
    }
  }

  private var vacantSlot: Int? {
    slots.firstIndex { if case .empty = $0 { true } else { false } }
  }

  /// Refuses new leases; answers with the idle connections to close and the waiters to turn away.
  mutating func close() -> (idle: [Int], waiters: [UInt64]) {
    isClosed = true
    let turnedAway = Array(waiterOrder.filter { waiters[$0] != nil })
    waiters.removeAll()
    waiterOrder.removeAll()
    let idle = idleStack
    startClosing(idle)
    return (idle, turnedAway)
  }

  private mutating func startClosing(_ closing: [Int]) {
    for slot in closing { slots[slot] = .closing }
    idleStack.removeAll { closing.contains($0) }
  }

  private mutating func take(for holder: Holder) -> Lease? {
    if let slot = idleStack.popLast() {
      let idle = idleTime(slot: slot, now: holder.since)
      slots[slot] = .leased(holder)
      return .granted(slot: slot, idle: idle)
    }
    guard let vacant = vacantSlot else { return nil }
    if isHoldingOff, hasSessions { return nil }
    slots[vacant] = .connecting(holder)
    return .connect(slot: vacant)
  }

  private mutating func grantNext() -> Grant {
    if isClosed || waiterOrder.isEmpty { return .nobody }
    while let id = waiterOrder.first {
      guard let holder = waiters[id] else {
        waiterOrder.removeFirst()
        continue
      }
      guard let lease = take(for: holder) else { return .nobody }
      waiterOrder.removeFirst()
      waiters[id] = nil
      return .resume(waiter: id, with: lease)
    }
    return .nobody
  }
}
