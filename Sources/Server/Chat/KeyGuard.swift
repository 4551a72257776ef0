/// Slows down whoever guesses the administrators' key.
///
/// After some wrong keys an address is not listened to for a while, and for longer each time; a name
/// that many guess at is listened to only from where its user was known before. A value without locks
/// or time of its own.
struct KeyGuard: Sendable {
  private struct Failures {
    var count = 0
    var lockedUntil: ContinuousClock.Instant
    var last: ContinuousClock.Instant
  }

  /// So many wrong keys of one address are forgiven.
  static let forgivenCount = 5
  /// So many for one name, from all addresses.
  static let forgivenNameCount = 50
  private static let shortestLock = Duration.seconds(30)
  private static let longestLock = Duration.seconds(900)
  private static let memory = Duration.seconds(3600)
  /// So many addresses are remembered, and so many names.
  static let maxEntryCount = 10_000

  private var byAddress: [String: Failures] = [:]
  private var byName: [String: Failures] = [:]
  private var known: [String: String] = [:]

  /// Whether a key from there is not even looked at.
  func isLocked(
    _ address: String, _ name: String, at now: ContinuousClock.Instant
  ) -> Bool {
    if let failures = byAddress[IPAddress.household(of: address)], now < failures.lockedUntil {
      return true
    }
    guard let failures = byName[name], now < failures.lockedUntil else { return false }
    return known[name] != address
  }

  /// A key was wrong.
  mutating func failed(_ address: String, _ name: String, at now: ContinuousClock.Instant) {
    Self.note(&byAddress, IPAddress.household(of: address), now, forgiven: Self.forgivenCount)
    Self.note(&byName, name, now, forgiven: Self.forgivenNameCount)
  }

  /// A key was right.
  mutating func succeeded(_ address: String, _ name: String) {
    byAddress[IPAddress.household(of: address)] = nil
    known[name] = address
  }

  private static func note(
    _ table: inout [String: Failures], _ key: String, _ now: ContinuousClock.Instant,
    forgiven: Int
  ) {
    if let old = table[key], now - old.last >= memory { table[key] = nil }
    if table[key] == nil, table.count >= maxEntryCount { forget(&table, now) }
    var failures = table[key] ?? Failures(lockedUntil: now, last: now)
    failures.count += 1
    failures.last = now
    let excess = failures.count - forgiven
    if excess >= 0 {
      failures.lockedUntil = now + min(longestLock, shortestLock * (1 << min(excess, 10)))
    }
    table[key] = failures
  }

  // A tenth at a time: looking through all of them for each new one would be the next thing to do harm
  // with. Whoever has so many addresses is not held up by remembering more of them.
  private static func forget(
    _ table: inout [String: Failures], _ now: ContinuousClock.Instant
  ) {
    table = table.filter { now - $0.value.last < memory }
    guard table.count >= maxEntryCount else { return }
    let oldest = table.sorted { $0.value.last < $1.value.last }.prefix(maxEntryCount / 10)
    for (key, _) in oldest { table[key] = nil }
  }

  /// How many addresses are remembered.
  var addressCount: Int { byAddress.count }
}
