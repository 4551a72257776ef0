import DriverAPI

/// What the server reads of one of its tables, and how a row is set right that it cannot read.
struct ReadTable: Sendable {
  /// What a column is read as.
  enum Kind: Sendable {
    case text, truth, time, optionalTime, number
  }

  /// One column.
  struct Column: Sendable {
    var name: String
    var kind: Kind
    /// What stands for a value that cannot be read; nil if the row is better deleted.
    var replacement: String?
  }

  var name: String
  /// By what a row is found.
  var keys: [String]
  var columns: [Column]
  /// The query's end.
  var order = ""

  /// All that are read.
  static let all = [
    ReadTable(
      name: "messages", keys: ["id"],
      columns: [
        Column(name: "sender", kind: .text, replacement: "''"),
        Column(name: "content", kind: .text, replacement: "''"),
        Column(name: "created_at", kind: .optionalTime, replacement: "CURRENT_TIMESTAMP"),
        Column(name: "is_encrypted", kind: .truth, replacement: "FALSE"),
        Column(name: "edited", kind: .truth, replacement: "FALSE"),
        Column(name: "deleted", kind: .truth, replacement: "FALSE"),
        Column(name: "pinned", kind: .truth, replacement: "FALSE"),
        Column(name: "recipient", kind: .text, replacement: nil),
        Column(name: "channel", kind: .text, replacement: "'general'"),
      ], order: " ORDER BY id DESC"),
    ReadTable(
      name: "ban_history", keys: ["id"],
      columns: [
        Column(name: "username", kind: .text, replacement: nil),
        Column(name: "banned_at", kind: .time, replacement: "CURRENT_TIMESTAMP"),
        Column(name: "unbanned_at", kind: .optionalTime, replacement: "CURRENT_TIMESTAMP"),
        Column(name: "expires_at", kind: .optionalTime, replacement: "NULL"),
      ], order: " ORDER BY id DESC"),
    ReadTable(
      name: "message_reactions", keys: ["id"],
      columns: [
        Column(name: "message_id", kind: .number), Column(name: "username", kind: .text),
        Column(name: "emoji", kind: .text),
        Column(name: "created_at", kind: .optionalTime, replacement: "CURRENT_TIMESTAMP"),
      ], order: " ORDER BY id DESC"),
    ReadTable(
      name: "read_receipts", keys: ["username", "message_id"],
      columns: [
        Column(name: "read_at", kind: .optionalTime, replacement: "CURRENT_TIMESTAMP")
      ], order: " ORDER BY message_id DESC"),
    ReadTable(
      name: "user_channels", keys: ["username"],
      columns: [Column(name: "channel", kind: .text, replacement: "'general'")],
      order: " ORDER BY username"),
  ]

  /// The query for its rows: keys, then columns.
  func query(limit: Int, in dialect: Dialect) throws(DatabaseError) -> SQL {
    let columns = (keys + columns.map(\.name)).joined(separator: ", ")
    return try dialect.paged(SQL(raw: "SELECT \(columns) FROM \(name)\(order)"), limit: limit)
  }

  /// What of a row cannot be read; nil if all can.
  func flaw(in row: borrowing Row) throws(DatabaseError) -> RowFlaw? {
    for (index, column) in columns.enumerated() {
      do throws(DatabaseError) {
        try read(column.kind, row, keys.count + index)
      } catch {
        guard error.kind == .decoding else { throw error }
        var key: [Value] = []
        for index in keys.indices { key.append(try row.value(index)) }
        return RowFlaw(table: self, key: key, column: column, reason: error.message)
      }
    }
    return nil
  }

  // As the server does: what is NULL is nothing to it but where a time must be.
  private func read(_ kind: Kind, _ row: borrowing Row, _ index: Int) throws(DatabaseError) {
    switch kind {
    case .text: _ = try row.decode(index, as: String?.self)
    case .truth: _ = try row.decode(index, as: Bool?.self)
    case .time: _ = try row.decode(index, as: WireTime.self)
    case .optionalTime: _ = try row.decode(index, as: WireTime?.self)
    case .number: _ = try row.decode(index, as: Int64.self)
    }
  }
}

/// A row that the server cannot read.
struct RowFlaw: Sendable {
  var table: ReadTable
  /// What stands in the key's columns.
  var key: [Value]
  /// The first column that cannot be read.
  var column: ReadTable.Column
  /// Why not.
  var reason: String

  /// Where it is and what is wrong.
  var description: String {
    let place = zip(table.keys, key).map { "\($0) \(LogText.line(Self.text($1)))" }
    return "\(table.name) \(place.joined(separator: ", ")), \(column.name) (\(reason))"
  }

  /// A statement after which it can be read, or is gone.
  var remedy: String {
    let condition = zip(table.keys, key).map { "\($0) = \(Self.literal($1))" }
      .joined(separator: " AND ")
    guard let replacement = column.replacement else {
      return "DELETE FROM \(table.name) WHERE \(condition)"
    }
    return "UPDATE \(table.name) SET \(column.name) = \(replacement) WHERE \(condition)"
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .int(let number): "\(number)"
    case .text(let text): text
    default: "\(value)"
    }
  }

  private static func literal(_ value: Value) -> String {
    if case .int(let number) = value { return "\(number)" }
    return "'" + text(value).replacing("'", with: "''") + "'"
  }
}
