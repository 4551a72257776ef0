import DriverAPI

extension StoredMessage: RowDecodable {
  /// The columns that `init(row:)` reads. Rows of older programs hold NULL in some of them.
  /// All have names, without which some engines take no query between parentheses.
  static func columns(_ dialect: Dialect) -> SQL {
    let no = dialect.no
    return """
      id, COALESCE(sender, '') AS sender, COALESCE(content, '') AS content, created_at, \
      COALESCE(is_encrypted, \(no)) AS is_encrypted, COALESCE(edited, \(no)) AS edited, \
      COALESCE(deleted, \(no)) AS deleted, COALESCE(recipient, '') AS recipient, \
      COALESCE(channel, 'general') AS channel
      """
  }

  init(row: borrowing Row) throws(DatabaseError) {
    // The recipient decides, and nothing that was derived from it.
    let recipient = UserName(try row.decode(7, as: String.self))
    let createdAt = try row.decode(3, as: WireTime?.self)
    var message = NewMessage(
      sender: UserName(try row.decode(1, as: String.self)),
      content: try row.decode(2, as: String.self),
      isEncrypted: try row.decode(4, as: Bool.self),
      createdAt: createdAt ?? .zero,
      channel: try row.decode(8, as: String.self))
    if !recipient.key.isEmpty { message.recipient = recipient }
    self.init(
      id: try row.decode(0, as: Int64.self), message: message,
      isEdited: try row.decode(5, as: Bool.self), isDeleted: try row.decode(6, as: Bool.self))
  }
}
