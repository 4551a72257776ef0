/// One run of a ``DatabaseCopy``, under the snapshot that all of its reading takes place in.
struct CopyRun {
  let copy: DatabaseCopy
  let source: Transaction

  private var marks: CopyMarks { CopyMarks(name: copy.marks) }

  /// Copies, compares, and takes the marks away.
  func whole(_ report: (DatabaseCopy.Progress) -> Void) async throws -> DatabaseCopy.Report {
    let plan = try await CopyPlan.make(copy, source, copy.target)
    var state = CopyState(marks: try await begun(plan), total: 0)
    for table in plan.tables {
      state.total += try await count(table.source, source)
    }
    let before = state.rowCount
    for table in plan.tables where !state.mark(of: table).isDone {
      try await copyRows(of: table, &state, report)
    }
    for table in plan.tables { try await advanceCounters(of: table) }
    let comparisons = try await compared(plan, report)
    try refuse(comparisons)
    try await marks.end(copy.target)
    return DatabaseCopy.Report(tables: comparisons, newRowCount: state.rowCount - before)
  }

  // MARK: Beginning

  /// The marks from where the copy goes on: those that are there, or new ones.
  private func begun(_ plan: CopyPlan) async throws -> [CopyMarks.Mark] {
    let known = try await marks.read(copy.target)
    if !known.isEmpty {
      try check(known, plan)
      return known
    }
    try await checkEmpty(plan)
    let fresh = plan.tables.map {
      CopyMarks.Mark(
        table: $0.source, source: sourceName, layout: $0.layout, rowCount: 0, position: nil,
        isDone: false)
    }
    try await marks.begin(fresh, copy.target)
    return fresh
  }

  private func checkEmpty(_ plan: CopyPlan) async throws {
    var full: [String] = []
    for table in plan.tables {
      let dialect = copy.target.dialect
      let first: SQL = "SELECT 1 FROM \(raw: try dialect.quoted(table.target))"
      let found = try await copy.target.queryRow(
        try dialect.paged(first, limit: 1), as: Int.self)
      if found != nil { full.append(table.target) }
    }
    guard !full.isEmpty else { return }
    throw CopyPlan.refusal(
      ["the target's tables \(full.joined(separator: ", ")) have rows already"],
      "a copy never overwrites anything: empty them, or take another database")
  }

  /// Whether a copy that was begun is this one.
  private func check(_ known: [CopyMarks.Mark], _ plan: CopyPlan) throws(DatabaseError) {
    var problems: [String] = []
    if let other = known.first(where: { !$0.source.hasSameBytes(as: sourceName) }) {
      problems.append("it came from \(other.source), and this one from \(sourceName)")
    }
    for table in plan.tables {
      guard let mark = known.first(where: { $0.table.hasSameBytes(as: table.source) }) else {
        problems.append("it was without the table \(table.source)")
        continue
      }
      if !mark.layout.hasSameBytes(as: table.layout) {
        problems.append("the columns of \(table.source) were others")
      }
    }
    for mark in known where !plan.tables.map(\.source).containsBytes(of: mark.table) {
      problems.append("it had the table \(mark.table) too")
    }
    guard !problems.isEmpty else { return }
    throw CopyPlan.refusal(
      ["a copy into the target was begun, and " + problems.joined(separator: ", ")],
      "go on as it was begun, or empty the tables and drop \(copy.marks) to begin anew")
  }

  /// Where the source is, without what options say of how it is opened, and without a password.
  private var sourceName: String {
    "\(copy.source.url)".split(separator: "?", maxSplits: 1).first.map(String.init) ?? ""
  }

  private func count(
    _ table: String, _ executor: some StatementExecutor
  ) async throws(DatabaseError) -> Int {
    try await executor.queryRow(
      "SELECT COUNT(*) FROM \(raw: executor.dialect.quoted(table))", as: Int.self) ?? 0
  }

  // MARK: Counters

  /// Has the target give no id again that the source has given, also for rows that are gone.
  private func advanceCounters(of table: CopyTable) async throws {
    let target = copy.target
    let given = try await counters(of: table.source, source)
    for (column, _) in try await counters(of: table.target, target) {
      let name = try target.dialect.quoted(column)
      let highest =
        try await target.queryRow(
          "SELECT MAX(\(raw: name)) FROM \(raw: target.dialect.quoted(table.target))",
          as: (Int64?).self) ?? nil
      let last = given.first { IdentifierFolding.kept.matches($0.column, column) }?.last
      guard let behind = [highest, last].compactMap({ $0 }).max(), behind > 0 else { continue }
      for statement in try target.dialect.advancing(column, of: table.target, behind: behind) {
        // The answer of a query is read to its end: PostgreSQL advances by one.
        _ = try await target.query(SQL(raw: statement), as: Value.self).collect()
      }
    }
  }

  private func counters(
    of table: String, _ executor: some StatementExecutor
  ) async throws(DatabaseError) -> [(column: String, last: Int64?)] {
    let dialect = executor.dialect
    guard let words = dialect.counters else { return [] }
    if let condition = words.precondition {
      let answer = try await executor.queryRow(SQL(raw: condition), as: Value.self)
      if answer == nil { return [] }
    }
    return try await executor.query(
      SQL(raw: words.list, [.text(dialect.kept(table))]), as: (String, Int64?).self
    ).collect().map { (dialect.written($0), $1) }
  }
}

/// How far a run has come.
struct CopyState {
  var marks: [CopyMarks.Mark]
  /// How many rows the source has.
  var total: Int
  private let before: Int

  init(marks: [CopyMarks.Mark], total: Int) {
    self.marks = marks
    self.total = total
    before = marks.reduce(0) { $0 + $1.rowCount }
  }

  /// How many rows are stored.
  var rowCount: Int { marks.reduce(0) { $0 + $1.rowCount } }

  func mark(of table: CopyTable) -> CopyMarks.Mark { marks[index(of: table)] }

  mutating func move(_ table: CopyTable, to mark: CopyMarks.Mark) { marks[index(of: table)] = mark }

  func progress(in table: CopyTable) -> DatabaseCopy.Progress {
    DatabaseCopy.Progress(
      phase: .copying, table: table.source, tableRowCount: mark(of: table).rowCount,
      rowCount: rowCount, newRowCount: rowCount - before, totalCount: total)
  }

  private func index(of table: CopyTable) -> Int {
    guard let index = marks.firstIndex(where: { $0.table.hasSameBytes(as: table.source) }) else {
      preconditionFailure("a table of the plan without a mark")
    }
    return index
  }
}
