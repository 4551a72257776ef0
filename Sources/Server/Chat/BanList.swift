/// Who may not log in, and until when.
struct BanList: Sendable {
  private var entries: [String: Term] = [:]

  /// How long a ban lasts.
  enum Term: Sendable, Hashable {
    /// Until it is lifted.
    case permanent
    /// Until then.
    case until(WireTime)
  }

  /// A list with the entries that a restart found, by the key of the user's name.
  init(_ entries: [String: Term] = [:]) {
    self.entries = entries
  }

  /// How long the user with that key is kept out; nil if he is not on the list.
  func term(of user: String) -> Term? { entries[user] }

  /// Whether the user with that key is kept out at `now`.
  func bars(_ user: String, at now: WireTime) -> Bool {
    switch entries[user] {
    case nil: false
    case .permanent: true
    case .until(let end): now < end
    }
  }
}
