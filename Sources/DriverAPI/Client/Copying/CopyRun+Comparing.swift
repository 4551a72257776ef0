extension CopyRun {
  /// Compares all tables.
  func compared(
    _ plan: CopyPlan, _ report: (DatabaseCopy.Progress) -> Void
  ) async throws -> [DatabaseCopy.Comparison] {
    var comparisons: [DatabaseCopy.Comparison] = []
    var total = 0
    for table in plan.tables {
      total +=
        try await source.queryRow(
          "SELECT COUNT(*) FROM \(raw: source.dialect.quoted(table.source))", as: Int.self) ?? 0
    }
    var done = 0
    for table in plan.tables {
      async let other = targetSum(of: table)
      let rows = try await source.query(try table.reading(behind: nil, source.dialect))
      let mine = try await Self.sum(of: rows, table) { count in
        report(
          DatabaseCopy.Progress(
            phase: .comparing, table: table.source, tableRowCount: count, rowCount: done + count,
            newRowCount: done + count, totalCount: total))
      }
      done += mine.rowCount
      let theirs = try await other
      var comparison = DatabaseCopy.Comparison(
        table: table.source, sourceRowCount: mine.rowCount, targetRowCount: theirs.rowCount,
        sourceChecksum: mine.checksum, targetChecksum: theirs.checksum)
      if !comparison.isEqual {
        comparison.firstDifference = try await firstDifference(
          in: table, where: mine.differs(from: theirs))
      }
      comparisons.append(comparison)
    }
    return comparisons
  }

  /// - Throws: `other` if a table is not the same on both sides.
  func refuse(_ comparisons: [DatabaseCopy.Comparison]) throws(DatabaseError) {
    let different = comparisons.filter { !$0.isEqual }
    guard let first = different.first else { return }
    let words = different.map { comparison in
      let counts =
        comparison.sourceRowCount == comparison.targetRowCount
        ? "other values in some of its \(comparison.sourceRowCount) rows"
        : "\(comparison.targetRowCount) rows for \(comparison.sourceRowCount)"
      return "\(comparison.table) (\(counts)\(comparison.firstDifference.map(\.words) ?? ""))"
    }
    var column: String?
    if case .changed(let columns) = first.firstDifference?.kind {
      column = columns.joined(separator: ", ")
    }
    throw DatabaseError(
      .other,
      "the target does not have what the source has: \(words.joined(separator: ", ")); the source was "
        + "changed while it was copied, or the target: empty the target's tables, drop \(copy.marks), and copy "
        + "again while nobody writes",
      execution: .completed,
      details: .init(table: first.table, column: column, key: first.firstDifference?.key))
  }

  private func targetSum(of table: CopyTable) async throws -> CopySum {
    let target = copy.target
    let rows = try await target.query(try table.readingTarget(target.dialect))
    return try await Self.sum(of: rows, table) { _ in }
  }

  private static func sum(
    of rows: consuming Rows, _ table: CopyTable, _ report: (Int) -> Void
  ) async throws -> CopySum {
    var sum = CopySum()
    report(0)
    while try await rows.next() {
      sum.add(try table.print(of: rows.row))
      guard sum.rowCount % 8192 == 0 else { continue }
      // Rows that are at hand are read without a pause in which that could be noticed.
      if Task.isCancelled {
        throw DatabaseError(.cancelled, "the task was cancelled while both sides were compared")
      }
      report(sum.rowCount)
    }
    report(sum.rowCount)
    return sum
  }
}

// MARK: - Where they differ

extension CopyRun {
  /// The first row that differs, among those whose keys lie in some parts of the sum.
  ///
  /// Rows of one side are looked up on the other, because no order is the same for all engines.
  private func firstDifference(
    in table: CopyTable, where parts: Set<Int>
  ) async throws -> DatabaseCopy.Difference? {
    guard table.hasKey else { return nil }
    let target = copy.target
    let reading = try table.reading(behind: nil, source.dialect)
    // The source's rows are open meanwhile; the target's are looked up on other connections.
    var rows = try await source.query(reading)
    while try await rows.next() {
      let print = try table.print(of: rows.row)
      guard parts.contains(CopySum.part(of: print.key)) else { continue }
      let values = try converted(rows.row, table)
      let finding = try table.finding(table.key.map { values[$0] }, inTarget: true, target.dialect)
      let found = try await comparison(finding, target, table)
      if found?.row.row == print.row { continue }
      let kind: DatabaseCopy.Difference.Kind =
        found.map { .changed(columns: table.changed(values, $0.values)) } ?? .missing
      return DatabaseCopy.Difference(key: table.keyText(values) ?? "", kind: kind)
    }
    return try await firstUnexpected(in: table, where: parts)
  }

  /// A row of the target that the source has not.
  private func firstUnexpected(
    in table: CopyTable, where parts: Set<Int>
  ) async throws -> DatabaseCopy.Difference? {
    var rows = try await copy.target.query(try table.readingTarget(copy.target.dialect))
    while try await rows.next() {
      let print = try table.print(of: rows.row)
      guard parts.contains(CopySum.part(of: print.key)) else { continue }
      let values = try rows.row.values()
      let finding = try table.finding(
        table.key.map { values[$0] }, inTarget: false, source.dialect)
      if try await comparison(finding, source, table) == nil {
        return DatabaseCopy.Difference(key: table.keyText(values) ?? "", kind: .unexpected)
      }
    }
    return nil
  }

  private func comparison(
    _ sql: SQL, _ executor: some StatementExecutor, _ table: CopyTable
  ) async throws -> (row: CopyTable.RowPrint, values: [Value])? {
    var rows = try await executor.query(sql)
    guard try await rows.next() else { return nil }
    let found = (try table.print(of: rows.row), try converted(rows.row, table))
    rows.close()
    return found
  }

  private func converted(
    _ row: borrowing Row, _ table: CopyTable
  ) throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    for index in table.columns.indices {
      values.append(try table.columns[index].compared(row, index))
    }
    return values
  }
}

extension CopyTable {
  fileprivate func changed(_ left: [Value], _ right: [Value]) -> [String] {
    columns.indices.filter { left[$0].copyHash != right[$0].copyHash }.map { columns[$0].source }
  }
}

extension Value {
  fileprivate var copyHash: UInt64 {
    var hash = CopyHash()
    hash.add(self)
    return hash.state
  }
}

extension DatabaseCopy.Difference {
  /// What is different, without the key.
  fileprivate var words: String {
    switch kind {
    case .missing: ", the first of which is missing"
    case .unexpected: ", one of which the source has not"
    case .changed(let columns): ", the first of which differs in \(columns.joined(separator: ", "))"
    }
  }
}

/// The sum of the numbers of all rows, in whatever order they come; and the same for each part of the keys, by
/// which a row that differs is found without all of them in memory.
struct CopySum: Sendable {
  private static let partCount = 4096

  private(set) var rowCount = 0
  private(set) var checksum: UInt64 = 0
  private var parts = [UInt64](repeating: 0, count: partCount)

  /// The part that a key lies in.
  static func part(of key: UInt64) -> Int { Int(key >> 52) }

  /// Equal rows of a table without a key count as often as they come.
  mutating func add(_ print: CopyTable.RowPrint) {
    rowCount += 1
    checksum &+= print.row
    parts[Self.part(of: print.key)] &+= print.row
  }

  /// The parts in which both are not the same.
  func differs(from other: CopySum) -> Set<Int> {
    Set(parts.indices.filter { parts[$0] != other.parts[$0] })
  }
}
