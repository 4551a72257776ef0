import DriverAPI

extension MySQLConnection {
  /// MariaDB takes the values of many rows in one message; elsewhere one statement inserts many rows.
  /// [BULK-1]
  ///
  /// Each portion has a savepoint before it: neither server tells which row it refused, so the portion
  /// is undone and inserted row by row until the same happens again. [BULK-2]
  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    let sql = try server.dialect.insertSQL(into: table, columns: columns)
    let single = MySQLStatement(try server.dialect.rebind(sql), on: self)
    defer { single.finalize() }
    let kinds = takesArrays ? MySQLArrayKind.kinds(of: rows, columnCount: columns.count) : nil
    if let kinds {
      try single.checkFinite(rows)
      try await single.prepareOnServer()
      let arrays = MySQLArrays(kinds)
      try await inPortions(rows[...], of: MySQLArrays.maxRowCount, single) {
        portion throws(DatabaseError) in _ = try await single.insert(portion, arrays)
      }
    } else {
      let many = MySQLManyRows(table: table, columns: columns, connection: self)
      defer { many.finalize() }
      try await inPortions(rows[...], of: many.maxRowCount, single) {
        portion throws(DatabaseError) in try await many.insert(portion)
      }
    }
    return rows.count
  }

  /// Runs an insert for each set of parameters by arrays of values; nil if those are too different for that, or
  /// too few. [BATCH-1]
  ///
  /// Each inserts as many rows as the others, since they have one text. The last runs by itself: behind an array
  /// the server's `LAST_INSERT_ID()` is the first id of it, and somebody may ask for that of the last row.
  func insertMany(
    _ text: StatementText, _ sets: [[Value]]
  ) async throws(DatabaseError) -> [ExecResult]? {
    guard sets.count > 2,
      let kinds = MySQLArrayKind.kinds(of: sets, columnCount: text.parameterCount)
    else { return nil }
    let insert = MySQLStatement(text, on: self)
    defer { insert.finalize() }
    try insert.checkFinite(sets)
    try await insert.prepareOnServer()
    let arrays = MySQLArrays(kinds)
    var results: [ExecResult] = []
    try await inPortions(sets.dropLast(), of: MySQLArrays.maxRowCount, insert) {
      portion throws(DatabaseError) in
      let count = try await insert.insert(portion, arrays)
      let each = ExecResult(rowCount: count / portion.count)
      results += Array(repeating: each, count: portion.count)
    }
    do throws(DatabaseError) {
      results.append(try await insert.exec(sets[sets.count - 1]))
    } catch {
      throw error.atRow(sets.count - 1)
    }
    return results
  }

  private func inPortions(
    _ rows: ArraySlice<[Value]>, of maxRowCount: Int, _ single: MySQLStatement,
    _ insert: (ArraySlice<[Value]>) async throws(DatabaseError) -> Void
  ) async throws(DatabaseError) {
    var rest = rows
    while !rest.isEmpty {
      let portion = rest.prefix(portionCount(rest, maxRowCount))
      try await command("SAVEPOINT dovetail_bulk")
      do throws(DatabaseError) {
        try await insert(portion)
      } catch {
        throw try await culprit(in: portion, single, error)
      }
      rest = rest[portion.endIndex...]
    }
  }

  /// How many of the rows fit into one message, and one portion.
  private func portionCount(_ rows: ArraySlice<[Value]>, _ maxRowCount: Int) -> Int {
    let limit = min(maxPacketBytes / 2, 4 << 20)
    var byteCount = 0
    for (index, row) in rows.prefix(maxRowCount).enumerated() {
      for value in row { byteCount += value.textByteCount + 16 }
      if byteCount > limit { return max(1, index) }
    }
    return min(rows.count, maxRowCount)
  }

  /// The error of the first row that fails alone.
  private func culprit(
    in portion: ArraySlice<[Value]>, _ single: MySQLStatement, _ error: DatabaseError
  ) async throws(DatabaseError) -> DatabaseError {
    // A transaction that is gone, or a session, has no row to be found in it.
    guard error.execution == .rejected, transactionStatus == .active, error.kind != .cancelled
    else { return error }
    try await command("ROLLBACK TO SAVEPOINT dovetail_bulk")
    for index in portion.indices {
      do throws(DatabaseError) {
        _ = try await single.exec(portion[index])
      } catch {
        return error.atRow(index)
      }
    }
    return error
  }

  private func command(_ sql: String) async throws(DatabaseError) {
    try await enter()
    await run(sql)
    let failed = result.pointee != 0 ? failure() : nil
    await leave()
    if let failed { throw failed }
  }
}

/// An insert of as many rows as one statement's parameters allow, prepared anew only when their number
/// changes.
private final class MySQLManyRows {
  let maxRowCount: Int
  private let table: String
  private let columns: [String]
  private let connection: MySQLConnection
  private var statement: (rowCount: Int, prepared: MySQLStatement)?

  init(table: String, columns: [String], connection: MySQLConnection) {
    self.table = table
    self.columns = columns
    self.connection = connection
    maxRowCount = min(1000, connection.server.dialect.maxParameters / columns.count)
  }

  func insert(_ rows: ArraySlice<[Value]>) async throws(DatabaseError) {
    if statement?.rowCount != rows.count {
      finalize()
      let dialect = connection.server.dialect
      let sql = try dialect.insertSQL(into: table, columns: columns, rowCount: rows.count)
      statement = (rows.count, MySQLStatement(try dialect.rebind(sql), on: connection))
    }
    _ = try await statement?.prepared.exec(rows.flatMap(\.self))
  }

  func finalize() {
    statement?.prepared.finalize()
    statement = nil
  }
}
