extension CopyRun {
  /// Copies the rows of one table behind its mark.
  ///
  /// The next portion is read while the last one is stored.
  func copyRows(
    of table: CopyTable, _ state: inout CopyState, _ report: (DatabaseCopy.Progress) -> Void
  ) async throws {
    report(state.progress(in: table))
    let reader = CopyReader(table: table, copy: copy)
    let mark = state.mark(of: table)
    var rows = try await source.query(try table.reading(behind: mark.position, source.dialect))
    guard table.hasKey else {
      return try await copyAtOnce(table, reader, &rows, &state, report)
    }
    var current = try await reader.portion(&rows)
    while true {
      let portion = current
      let before = state.mark(of: table)
      async let stored = store(portion, of: table, behind: before)
      if !portion.isLast { current = try await reader.portion(&rows) }
      state.move(table, to: try await stored)
      report(state.progress(in: table))
      if portion.isLast { return }
    }
  }

  private func store(
    _ portion: CopyPortion, of table: CopyTable, behind mark: CopyMarks.Mark
  ) async throws -> CopyMarks.Mark {
    var moved = mark
    moved.rowCount += portion.rows.count
    moved.position = portion.lastKey ?? mark.position
    moved.isDone = portion.isLast
    let after = moved
    try await copy.target.transaction { transaction in
      // The mark first: whoever moves it too waits here, and not at a row of the portion.
      try await CopyMarks(name: copy.marks).move(
        table, from: mark.rowCount, to: (after.rowCount, after.position, after.isDone),
        in: transaction)
      try await insert(portion, into: table, transaction)
    }
    return after
  }

  /// Copies a table without a key: nothing tells where to go on, so that it is all in one transaction.
  private func copyAtOnce(
    _ table: CopyTable, _ reader: CopyReader, _ rows: inout Rows, _ state: inout CopyState,
    _ report: (DatabaseCopy.Progress) -> Void
  ) async throws {
    var mark = state.mark(of: table)
    // Captured apart: a closure must not hold what is handed in to be changed.
    let first = try await reader.portion(&rows)
    let (all, done) = try await storeAtOnce(first, table, reader, &rows)
    mark.rowCount = all
    mark.isDone = done
    state.move(table, to: mark)
    report(state.progress(in: table))
  }

  private func storeAtOnce(
    _ first: CopyPortion, _ table: CopyTable, _ reader: CopyReader, _ rows: inout Rows
  ) async throws -> (rowCount: Int, isDone: Bool) {
    try await copy.target.transaction { transaction in
      var (portion, count) = (first, 0)
      while true {
        try await insert(portion, into: table, transaction)
        count += portion.rows.count
        if portion.isLast { break }
        portion = try await reader.portion(&rows)
      }
      try await CopyMarks(name: copy.marks).move(
        table, from: 0, to: (count, nil, true), in: transaction)
      return (count, true)
    }
  }

  private func insert(
    _ portion: CopyPortion, into table: CopyTable, _ transaction: Transaction
  ) async throws {
    if portion.rows.isEmpty { return }
    do throws(DatabaseError) {
      try await transaction.bulkInsert(
        into: table.target, columns: table.columns.map(\.target), portion.rows)
    } catch {
      throw error.ofCopy(table, row: error.details.row.map { portion.rows[$0] })
    }
  }
}

/// Rows that are stored together.
struct CopyPortion: Sendable {
  var rows: [[Value]] = []
  /// The source's key of the last of them, as the source has it.
  var lastKey: [Value]?
  /// Whether the table has no more.
  var isLast = false
}

/// Reads the rows of a table in portions, each value as one of its column's kind.
struct CopyReader: Sendable {
  let table: CopyTable
  let copy: DatabaseCopy

  func portion(_ rows: inout Rows) async throws(DatabaseError) -> CopyPortion {
    var portion = CopyPortion()
    portion.rows.reserveCapacity(copy.maxPortionRowCount)
    var byteCount = 0
    while portion.rows.count < copy.maxPortionRowCount, byteCount < copy.maxPortionByteCount {
      guard try await rows.next() else {
        portion.isLast = true
        return portion
      }
      let values = try self.values(of: rows.row)
      for value in values { byteCount += value.copiedByteCount }
      portion.rows.append(values)
      if portion.rows.count == copy.maxPortionRowCount || byteCount >= copy.maxPortionByteCount {
        portion.lastKey = try key(of: rows.row)
      }
    }
    return portion
  }

  private func values(of row: borrowing Row) throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(table.columns.count)
    for index in table.columns.indices {
      do throws(DatabaseError) {
        values.append(try table.columns[index].value(row, index))
      } catch {
        throw error.ofCopy(table, row: try? row.values())
      }
    }
    return values
  }

  private func key(of row: borrowing Row) throws(DatabaseError) -> [Value]? {
    guard table.hasKey else { return nil }
    var key: [Value] = []
    for index in table.key {
      let value = try row.value(index)
      if value == .null {
        throw DatabaseError(
          .notNullViolation, "a key of the table \(table.source) is NULL, and nothing is behind it",
          execution: .notSent,
          details: .init(table: table.source, column: table.columns[index].source))
      }
      key.append(value)
    }
    return key
  }
}

extension Value {
  fileprivate var copiedByteCount: Int {
    switch self {
    case .text(let text), .json(let text): 16 + text.utf8.count
    case .bytes(let bytes): 16 + bytes.count
    default: 16
    }
  }
}

extension DatabaseError {
  /// The error of a copied row, which says where the row is to be found.
  ///
  /// - Parameter row: its values; nil if no single row is to blame.
  func ofCopy(_ table: CopyTable, row: [Value]?) -> DatabaseError {
    var details = details
    details.table = details.table ?? table.source
    details.key = row.flatMap(table.keyText)
    details.row = nil
    return DatabaseError(
      kind, "the table \(table.source): \(message)", connection: connection, execution: execution,
      details: details, serverMessage: serverMessage)
  }
}
