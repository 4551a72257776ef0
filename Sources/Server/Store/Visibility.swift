import DriverAPI

/// Which rows of `messages` a user may see, in SQL: what ``Audience/admits(_:)`` says in Swift.
///
/// `recipient_key` is empty for what was said in channels, and `dm_sender_key` too; for direct
/// messages they are the parties' folded names.
struct Visibility {
  /// The user's folded name.
  let user: String

  /// The rule as one condition, for queries that read all rows anyway.
  var condition: SQL {
    "(recipient_key = '' OR recipient_key = \(user) OR dm_sender_key = \(user))"
  }

  /// The rule as three conditions that never hold together and that an index answers each: said in
  /// a channel, said to the user, said by the user to somebody else.
  var branches: [SQL] {
    [
      "recipient_key = ''", "recipient_key = \(user)",
      "dm_sender_key = \(user) AND recipient_key <> \(user)",
    ]
  }
}
