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
  private static let maxEntryCount = 10_000

  private var byAddress: [String: Failures] = [:]
  private var byName: [String: Failures] = [:]
  private var known: [String: String] = [:]

  /// Whether a key from there is not even looked at.
  func isLocked(
    _ address: String, _ name: String, at now: ContinuousClock.Instant
  ) -> Bool {
    if let failures = byAddress[address], now < failures.lockedUntil { return true }
    guard let failures = byName[name], now < failures.lockedUntil else { return false }
    return known[name] != address
  }

  /// A key was wrong.
  mutating func failed(_ address: String, _ name: String, at now: ContinuousClock.Instant) {
    Self.note(&byAddress, address, now, forgiven: Self.forgivenCount)
    Self.note(&byName, name, now, forgiven: Self.forgivenNameCount)
  }

  /// A key was right.
  mutating func succeeded(_ address: String, _ name: String) {
    byAddress[address] = nil
    known[name] = address
  }

  private static func note(
    _ table: inout [String: Failures], _ key: String, _ now: ContinuousClock.Instant,
    forgiven: Int
  ) {
    table = table.filter { now - $0.value.last < memory }
    // Whoever has so many addresses is not held up by remembering more of them.
    if table.count >= maxEntryCount, let oldest = table.min(by: { $0.value.last < $1.value.last }) {
      table[oldest.key] = nil
    }
    var failures = table[key] ?? Failures(lockedUntil: now, last: now)
    failures.count += 1
    failures.last = now
    let excess = failures.count - forgiven
    if excess >= 0 {
      failures.lockedUntil = now + min(longestLock, shortestLock * (1 << min(excess, 10)))
    }
    table[key] = failures
  }
}
