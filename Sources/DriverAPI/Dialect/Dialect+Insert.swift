extension Dialect {
  /// A plain insert of `rowCount` rows, with `?` for each value.
  ///
  /// - Throws: `misuse` for names that cannot be identifiers, no columns, no rows, and for more
  ///   rows than the engine takes in one insert, or more values than it takes parameters.
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
    guard rowCount <= rowsPerInsert(columnCount: columns.count) else {
      throw .misuse(
        "\(name) takes \(rowsPerInsert(columnCount: columns.count)) rows in one insert, not \(rowCount)"
      )
    }
    let target = "INTO \(try quoted(table: table)) (\(try list(columns)))"
    let values = Array(repeating: "?", count: columns.count).joined(separator: ", ")
    func repeated(_ row: String, by separator: String) -> String {
      Array(repeating: row, count: rowCount).joined(separator: separator)
    }
    switch severalRows {
    case .unionAll where rowCount > 1:
      return "INSERT \(target) " + repeated(selectSQL(values), by: " UNION ALL ")
    case .insertAll where rowCount > 1:
      return "INSERT ALL " + repeated("\(target) VALUES (\(values))", by: " ") + " "
        + selectSQL("1")
    case .derivedUnion where rowCount > 1:
      // The names are those of the first query, and without them two equal values were one name.
      let named = (1...columns.count).map { "? AS dovetail_\($0)" }.joined(separator: ", ")
      let more = String(repeating: " UNION ALL " + selectSQL(values), count: rowCount - 1)
      return "INSERT \(target) SELECT * FROM (\(selectSQL(named))\(more)) dovetail_rows"
    case .valueLists, .unionAll, .derivedUnion, .insertAll, .oneByOne:
      return "INSERT \(target) VALUES " + repeated("(\(values))", by: ", ")
    }
  }

  /// How many rows of a table one insert takes: by its parameters, and by the length of its text, in
  /// which no row is longer than an insert of it alone.
  ///
  /// - Throws: as ``insertSQL(into:columns:rowCount:)``.
  func rowsPerInsert(into table: String, _ columns: [String]) throws(DatabaseError) -> Int {
    let count = rowsPerInsert(columnCount: columns.count)
    guard let maxStatementBytes else { return count }
    let size = try insertSQL(into: table, columns: columns).utf8.count
    // What comes before and behind the rows, such as a name of the table of one row.
    let frame = 2 * (size + (dummyTable?.utf8.count ?? 0)) + 64
    return max(
      1, min(count, (maxStatementBytes - frame) / (size + (dummyTable?.utf8.count ?? 0) + 24)))
  }

  /// How many rows one insert takes.
  public func rowsPerInsert(columnCount: Int) -> Int {
    if severalRows == .oneByOne { return 1 }
    return max(1, min(maxRowsPerInsert ?? .max, maxParameters / max(1, columnCount)))
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
    case .merge, .updateOrInsert, .written, .separateStatements, .unsupported: throw noUpsert()
    }
  }

  /// An insert of one row that leaves alone what exists already.
  ///
  /// Counts 0 if a row has the same key. Where the engine minds no other key than the named one, or none,
  /// a row that clashes is a violation; ``StatementExecutor/insertIgnore(into:columns:key:_:file:line:)``
  /// takes it for one that exists. [UPSERT-3]
  ///
  /// - Parameter key: the columns of the key by which rows are known; empty if no one in particular.
  /// - Throws: as ``insertSQL(into:columns:rowCount:)``; `unsupported` if the engine has no upserts.
  public func insertIgnoreStatement(
    into table: String, columns: [String], key: [String] = []
  ) throws(DatabaseError) -> RowStatement {
    switch (upsertForm, key.isEmpty) {
    case (.onConflict, _), (.onDuplicateKey, _):
      return RowStatement(text: try insertIgnoreSQL(into: table, columns: columns))
    case (.merge(let words), false):
      return try merge(checked(Upsert(into: table, columns, ignoringBy: key)), words)
    case (.updateOrInsert, false):
      return try merge(checked(Upsert(into: table, columns, ignoringBy: key)), MergeWords())
    case (.written(let writer), _):
      return try writer.insertIgnore(into: table, columns: columns, key: key, in: self)
    case (.merge, true), (.updateOrInsert, true), (.separateStatements, _):
      return RowStatement(text: try insertSQL(into: table, columns: columns))
    case (.unsupported, _): throw noUpsert()
    }
  }

  private func checked(_ upsert: Upsert) throws(DatabaseError) -> Upsert {
    try upsert.check()
    return upsert
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
    .unsupported("\(name) has no such statement that minds what exists")
  }

  /// Identifiers in quotes, separated by commas.
  func list(_ identifiers: [String]) throws(DatabaseError) -> String {
    var names: [String] = []
    for identifier in identifiers { names.append(try quoted(identifier)) }
    return names.joined(separator: ", ")
  }

  /// The value that a column of the row in question has, where the table goes by its name alone: as the
  /// target of `MERGE`, `ON CONFLICT` and `RETURNING`.
  func oldValue(_ column: String, _ table: String) throws(DatabaseError) -> String {
    "\(try unqualified(table)).\(try quoted(column))"
  }

  /// A table's name in quotes, without its schema.
  func unqualified(_ table: String) throws(DatabaseError) -> String {
    let parts = table.utf8.split(separator: UInt8(ascii: "."))
    return try quoted(parts.last.map { String(Substring($0)) } ?? table)
  }
}
