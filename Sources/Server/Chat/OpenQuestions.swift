/// The searches and lists that wait for the database, of which nobody has too many. A value without
/// locks of its own.
struct OpenQuestions: Sendable {
  /// So many of one session.
  static let maxCountOfOne = 4
  /// So many of all together.
  static let maxCount = 1000

  private var count = 0
  private var bySession: [SessionID: Int] = [:]

  /// Takes one more of a session, or answers false; ``close(_:)`` must follow if it is taken.
  mutating func open(_ session: SessionID) -> Bool {
    let own = bySession[session, default: 0]
    guard own < Self.maxCountOfOne, count < Self.maxCount else { return false }
    bySession[session] = own + 1
    count += 1
    return true
  }

  /// One of a session is answered.
  mutating func close(_ session: SessionID) {
    guard let own = bySession[session] else { return }
    bySession[session] = own == 1 ? nil : own - 1
    count -= 1
  }
}
