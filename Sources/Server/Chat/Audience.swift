/// Who a message is for: the one rule that replay, search, pins, edits, deletes, reactions and
/// receipts ask.
enum Audience: Sendable, Hashable {
  /// Whoever is in the channel; anybody may look it up.
  case channel(String)
  /// The two parties of a direct message, by key; equal for a note to oneself.
  case parties(String, String)

  /// Whether the user with that key may know of the message.
  func admits(_ user: String) -> Bool {
    switch self {
    case .channel: true
    case .parties(let sender, let recipient): user == sender || user == recipient
    }
  }
}
