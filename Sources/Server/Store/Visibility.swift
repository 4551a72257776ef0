import DriverAPI

/// Which rows of `messages` a user may see, in SQL: what ``Audience/admits(_:)`` says in Swift.
///
/// A message with a recipient is a direct one, whatever else its row says. `recipient_folded` and
/// `dm_sender_folded` are the parties' folded names, empty for what was said in channels, and NULL in
/// a row that another program wrote: they find rows quickly, but what is read is judged by its
/// recipient again.
struct Visibility {
  /// The user's folded name.
  let user: String

  /// The rule as one condition, for queries that read all rows anyway.
  var condition: SQL {
    "(\(branches[0]) OR recipient_folded = \(user) OR dm_sender_folded = \(user) OR \(branches[3]))"
  }

  /// What was said in a channel, by whatever program.
  static func isSaid(in channel: String) -> SQL {
    "channel = \(channel) AND TRIM(COALESCE(recipient, '')) = ''"
  }

  /// What was said to the user, or by him to somebody.
  var directBranches: [SQL] {
    [
      branches[1], branches[2],
      "(\(branches[3]) AND TRIM(COALESCE(recipient, '')) <> '')",
    ]
  }

  /// The rule as four conditions that never hold together and that an index answers each: said in
  /// a channel, said to the user, said by the user to somebody else, and written by another program.
  var branches: [SQL] {
    [
      "(recipient_folded = '' AND TRIM(COALESCE(recipient, '')) = '')",
      "recipient_folded = \(user)",
      "(dm_sender_folded = \(user) AND recipient_folded <> \(user))",
      """
      (recipient_folded IS NULL AND (TRIM(COALESCE(recipient, '')) = '' \
      OR LOWER(TRIM(recipient)) = \(user) OR LOWER(TRIM(COALESCE(sender, ''))) = \(user)))
      """,
    ]
  }
}
