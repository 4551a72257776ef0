extension Dialect {
  /// A plain insert of `rowCount` rows, with `?` for each value.
  ///
  /// - Throws: `misuse` for names that cannot be identifiers, no columns, no rows, and for more
  ///   values than the engine takes parameters.
  public func insertSQL(
    into table: String, columns: [String], rowCount: Int = 1
  ) throws(DatabaseError) -> String {
    guard !columns.isEmpty, rowCount > 0 else {
      throw .misuse("an insert into \(table) needs at least one column and one row")
    }
    guard rowCount <= maxParameters / columns.count else {
      throw .misuse(
        "\(rowCount) rows of \(columns.count) values are more than the \(maxParameters) parameters "
          + "of one statement; \(name) takes \(maxParameters / columns.count) rows at once")
    }
    let names = try list(columns)
    let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
    let rows = Array(repeating: row, count: rowCount).joined(separator: ", ")
    return "INSERT INTO \(try quoted(table: table)) (\(names)) VALUES \(rows)"
  }

  /// An insert that leaves rows alone which exist already, by whatever unique key; any other
  /// violation still fails. [UPSERT-3]
  ///
  /// - Throws: as ``insertSQL(into:columns:rowCount:)``; `unsupported` if the engine has no such
  ///   statement.
  public func insertIgnoreSQL(
    into table: String, columns: [String], rowCount: Int = 1
  ) throws(DatabaseError) -> String {
    let insert = try insertSQL(into: table, columns: columns, rowCount: rowCount)
    switch upsertForm {
    // Not INSERT OR IGNORE or INSERT IGNORE: they hide NULLs, lengths and everything else too.
    case .onConflict: return insert + " ON CONFLICT DO NOTHING"
    case .onDuplicateKey:
      let column = try quoted(columns[0])
      let old = try oldValue(columns[0], table)
      return insert
        + " ON DUPLICATE KEY UPDATE \(column) = IF(\(Self.existingRowMarking), \(old), \(old))"
    case .unsupported: throw noUpsert()
    }
  }

  /// What MySQL answers as the last id when an insert that ignores what exists met a row.
  ///
  /// MySQL counts 1 for a new row, and, for sessions that count rows found, 1 for one that was left
  /// alone too. So the assignment to the row that exists also sets the last id, to a number that no
  /// column ever counts up to.
  package static let existingRowMark = UInt64.max

  /// What sets it; a driver knows such an insert by it.
  package static let existingRowMarking = "LAST_INSERT_ID(\(existingRowMark)) = 0"

  func noUpsert() -> DatabaseError {
    .unsupported("\(name) has no insert that minds what exists; use a transaction of your own")
  }

  /// Identifiers in quotes, separated by commas.
  func list(_ identifiers: [String]) throws(DatabaseError) -> String {
    var names: [String] = []
    for identifier in identifiers { names.append(try quoted(identifier)) }
    return names.joined(separator: ", ")
  }

  /// The value that a column of the row in question has.
  func oldValue(_ column: String, _ table: String) throws(DatabaseError) -> String {
    let parts = table.utf8.split(separator: UInt8(ascii: "."))
    let name = parts.last.map { String(Substring($0)) } ?? table
    return "\(try quoted(name)).\(try quoted(column))"
  }
}
