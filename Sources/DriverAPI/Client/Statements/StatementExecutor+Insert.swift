extension StatementExecutor {
  /// Inserts one row and answers with the id the engine gave it. [EXEC-2]
  ///
  /// - Parameter idColumn: the generated column, needed where the engine has to be asked for it.
  /// - Throws: the violated constraint; `undefinedObject` if there is no such column, where the engine
  ///   is asked for it, and then nothing is stored; `decoding` if the id is no integer, and
  ///   `unsupported` if the engine did not tell one: then ``DatabaseError/execution`` is `.completed`,
  ///   since the row may be stored. [EXEC-6]
  public func insert(
    into table: String, _ values: KeyValuePairs<String, Value>, returning idColumn: String = "id",
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Int64 {
    let site = CallSite(file: file, line: line)
    let sql = try dialect.insertSQL(into: table, columns: values.map(\.key))
    let parameters = values.map(\.value)
    if dialect.hasReturning {
      var id: Int64?
      // With the table's name: an unknown name alone is a string to some engines.
      let column = try dialect.oldValue(idColumn, table)
      _ = try await withFirstRow(
        of: SQL(raw: "\(sql) RETURNING \(column)", parameters), at: site
      ) { row throws(DatabaseError) in id = try row.decode(0) }
      if let id { return id }
    } else if let id = try await exec(SQL(raw: sql, parameters), at: site).lastInsertID {
      return id
    }
    throw DatabaseError(
      .unsupported,
      "\(server.product) gave no id for the new row of \(table); where it needs none use exec",
      execution: .completed)
  }

  /// Inserts rows, leaving those alone that exist already. [UPSERT-3]
  ///
  /// All or nothing, whatever the number of rows. [UPSERT-11]
  ///
  /// - Parameter key: the columns of the key by which the rows are known. A row that another unique key
  ///   forbids is left out all the same; engines whose inserts mind only a named key are spared an error
  ///   for each row that exists.
  /// - Returns: how many rows are new.
  /// - Throws: any violation but of a unique key; then nothing is stored.
  public func insertIgnore(
    into table: String, columns: [String], key: [String] = [], _ rows: [[Value]],
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Int {
    let site = CallSite(file: file, line: line)
    try checkUpserts()
    try checkShape(of: rows, columns, table)
    guard dialect.ignoresEveryKey else {
      return try await insertEachUnlessThere(rows, into: table, columns, key: key, site)
    }
    let chunks = try chunks(of: rows, for: table, columns)
    guard chunks.count > 1 else {
      return try await insertIgnore(into: table, columns, chunks, self, site)
    }
    return try await inTransaction(site) { transaction throws(DatabaseError) in
      try await insertIgnore(into: table, columns, chunks, transaction, site)
    }
  }

  private func insertIgnore(
    into table: String, _ columns: [String], _ chunks: [ArraySlice<[Value]>],
    _ executor: some StatementExecutor, _ site: CallSite
  ) async throws(DatabaseError) -> Int {
    var insertedCount = 0
    for chunk in chunks {
      let sql = try dialect.insertIgnoreSQL(
        into: table, columns: columns, rowCount: chunk.count)
      insertedCount += try await executor.exec(
        SQL(raw: sql, chunk.flatMap { $0 }), at: site
      ).rowCount
    }
    return insertedCount
  }

  /// Runs the statements of a script one after another, outside any transaction but an open one.
  ///
  /// Stops at the first that fails; those before it have taken effect.
  ///
  /// - Throws: what the statement threw, with its number in the message.
  public func execScript(
    _ script: String, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) {
    let site = CallSite(file: file, line: line)
    for (index, statement) in try dialect.statements(in: script).enumerated() {
      do throws(DatabaseError) {
        _ = try await exec(SQL(raw: statement), at: site)
      } catch {
        throw error.with(message: "statement \(index + 1) of the script: \(error.message)")
      }
    }
  }

  /// The names of the tables, sorted. [SCHEMA-1]
  public func tableNames(
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> [String] {
    let rows = try await query(
      SQL(raw: dialect.listTables), as: String.self, file: file, line: line)
    let dialect = dialect
    return try await rows.collect().map { dialect.written($0) }
  }

  /// The columns of a table, in order; none if there is no such table. [SCHEMA-1]
  public func columns(
    of table: String, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> [TableColumn] {
    let dialect = dialect
    let rows = try await query(
      SQL(raw: dialect.listColumns, [.text(dialect.kept(table))]), as: TableColumn.self, file: file,
      line: line)
    var columns = try await rows.collect()
    for index in columns.indices { columns[index].name = dialect.written(columns[index].name) }
    return columns
  }

  func checkShape(
    of rows: [[Value]], _ columns: [String], _ table: String
  ) throws(DatabaseError) {
    guard let wrong = rows.firstIndex(where: { $0.count != columns.count }) else { return }
    let message =
      "row \(wrong) for \(table) has \(rows[wrong].count) values and there are "
      + "\(columns.count) columns"
    throw DatabaseError.misuse(message).atRow(wrong)
  }

  /// Rows in portions that one statement can take.
  func chunks(
    of rows: [[Value]], for table: String, _ columns: [String]
  ) throws(DatabaseError) -> [ArraySlice<[Value]>] {
    let size = min(1000, try dialect.rowsPerInsert(into: table, columns))
    return stride(from: 0, to: rows.count, by: size).map { start in
      rows[start..<min(start + size, rows.count)]
    }
  }
}

/// One column of a table, as the engine's catalogue describes it.
public struct TableColumn: RowDecodable, Sendable, Hashable {
  /// The column's name.
  public var name: String
  /// Its type as the engine writes it.
  public var typeName: String
  /// Whether it takes NULL.
  public var isNullable: Bool
  /// Its default, or what else gives it a value that an insert leaves out, as the engine writes it; nil if
  /// there is none.
  public var defaultText: String?
  /// Its place in the primary key, from 1; 0 if it is not in it.
  public var keyPosition: Int
  /// Whether the engine computes its values and takes none.
  public var isComputed: Bool

  /// Whether an insert may leave it out.
  public var isOptional: Bool { isNullable || defaultText != nil || isComputed }

  /// Reads a row of ``Dialect/listColumns``.
  public init(row: borrowing Row) throws(DatabaseError) {
    name = try row.decode(0)
    typeName = try row.decode(1)
    isNullable = try row.decode(2)
    // Some engines keep the text as a large object.
    let source = try row.value(3)
    if case .bytes(let bytes) = source {
      defaultText = String(decoding: bytes, as: UTF8.self)
    } else {
      defaultText = source == .null ? nil : try row.decode(3, as: String.self)
    }
    keyPosition = try row.decode(4)
    isComputed = row.count > 5 ? try row.decode(5) : false
  }
}
