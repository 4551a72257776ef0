import DriverAPI

extension StoredMessage: RowDecodable {
  /// The columns that `init(row:)` reads. Rows of older programs hold NULL in some of them.
  static let columns: SQL = """
    id, COALESCE(sender, ''), COALESCE(content, ''), created_at, COALESCE(is_encrypted, FALSE), \
    COALESCE(edited, FALSE), COALESCE(deleted, FALSE), COALESCE(recipient, ''), recipient_key, \
    COALESCE(channel, 'general')
    """

  init(row: borrowing Row) throws(DatabaseError) {
    let recipientKey = try row.decode(8, as: String.self)
    let createdAt = try row.decode(3, as: WireTime?.self)
    var message = NewMessage(
      sender: UserName(try row.decode(1, as: String.self)),
      content: try row.decode(2, as: String.self),
      isEncrypted: try row.decode(4, as: Bool.self),
      createdAt: createdAt ?? .zero,
      channel: try row.decode(9, as: String.self))
    if !recipientKey.isEmpty {
      message.recipient = UserName(
        display: try row.decode(7, as: String.self), key: recipientKey)
    }
    self.init(
      id: try row.decode(0, as: Int64.self), message: message,
      isEdited: try row.decode(5, as: Bool.self), isDeleted: try row.decode(6, as: Bool.self))
  }
}
