extension Dialect {
  /// The upsert of one row.
  ///
  /// Without assignments it leaves a row alone that has the same key.
  ///
  /// - Throws: `misuse` for a key or an assignment that is not sound; `unsupported` if the engine cannot
  ///   say it, or not in one statement.
  public func upsertStatement(_ upsert: Upsert) throws(DatabaseError) -> RowStatement {
    try check(upsert)
    switch upsertForm {
    case .onConflict, .onDuplicateKey: return RowStatement(text: try upsertSQL(upsert))
    case .merge(let words): return try merge(upsert, words)
    case .updateOrInsert: return try updateOrInsert(upsert)
    case .written(let writer): return try writer.upsert(upsert, in: self)
    case .separateStatements, .unsupported: throw noUpsert()
    }
  }

  /// The text of an upsert of `rowCount` rows, with `?` for each value.
  ///
  /// Without assignments it leaves a row alone that has the same key. One text cannot hold the same
  /// key twice: PostgreSQL refuses that.
  ///
  /// - Throws: `misuse` for a key or an assignment that is not sound; `unsupported` if the engine has
  ///   no such statement for several rows; ``upsertStatement(_:)`` is the one for a single row.
  public func upsertSQL(_ upsert: Upsert, rowCount: Int = 1) throws(DatabaseError) -> String {
    try upsert.check()
    let insert = try insertSQL(into: upsert.table, columns: upsert.columns, rowCount: rowCount)
    switch upsertForm {
    case .onConflict:
      let target = insert + " ON CONFLICT \(try conflictTarget(upsert)) DO "
      if upsert.assignments.isEmpty { return target + "NOTHING" }
      let changes = try changes(of: upsert) { column throws(DatabaseError) in
        "excluded.\(try quoted(column))"
      }
      return target + "UPDATE SET \(changes)"
    case .onDuplicateKey:
      try checkKeyIsColumns(upsert)
      if upsert.assignments.isEmpty {
        return try insertIgnoreSQL(into: upsert.table, columns: upsert.columns, rowCount: rowCount)
      }
      // MySQL prefers an alias of the new row, which MariaDB does not know; both know VALUES().
      let changes = try changes(of: upsert) { column throws(DatabaseError) in
        "VALUES(\(try quoted(column)))"
      }
      return insert + " ON DUPLICATE KEY UPDATE \(changes)"
    case .merge, .updateOrInsert, .written, .separateStatements, .unsupported: throw noUpsert()
    }
  }

  /// The part of an upsert that changes the row with the named key, as a statement of its own: for
  /// engines that do not check which key is in the way. [UPSERT-4]
  ///
  /// - Throws: `misuse` for an upsert that is not sound or assigns nothing.
  public func changeSQL(_ upsert: Upsert) throws(DatabaseError) -> RowStatement {
    try upsert.check()
    try checkKeyIsColumns(upsert)
    if upsert.assignments.isEmpty {
      throw .misuse("the upsert into \(upsert.table) changes nothing")
    }
    var order = ParameterOrder(upsert.columns)
    // With the schema too: without it some engines look for the table in the session's own.
    let table = try quoted(table: upsert.table)
    let changes = try changes(
      of: upsert, oldValue: { column throws(DatabaseError) in "\(table).\(try quoted(column))" }
    ) { column throws(DatabaseError) in
      order.parameter(column)
    }
    var conditions: [String] = []
    for column in upsert.key {
      conditions.append("\(try quoted(column)) = \(order.parameter(column))")
    }
    let text =
      "UPDATE \(table) SET \(changes) WHERE "
      + conditions.joined(separator: " AND ")
    return RowStatement(text: text, valueIndexes: order.indexes)
  }

  /// A query that gives a row if the one with the upsert's key is there.
  ///
  /// - Throws: `misuse` for an upsert that is not sound.
  public func presenceSQL(_ upsert: Upsert) throws(DatabaseError) -> RowStatement {
    try upsert.check()
    try checkKeyIsColumns(upsert)
    var order = ParameterOrder(upsert.columns)
    var conditions: [String] = []
    for column in upsert.key {
      conditions.append("\(try quoted(column)) = \(order.parameter(column))")
    }
    return RowStatement(
      text: "SELECT 1 FROM \(try quoted(table: upsert.table)) WHERE "
        + conditions.joined(separator: " AND "),
      valueIndexes: order.indexes)
  }

  /// The unique index that is meant, as `ON CONFLICT` names it. [UPSERT-10]
  private func conflictTarget(_ upsert: Upsert) throws(DatabaseError) -> String {
    var parts: [String] = []
    for column in upsert.key { parts.append(try quoted(column)) }
    parts += upsert.keyExpressions.map { "(\($0))" }
    let condition = upsert.keyCondition.map { " WHERE \($0)" } ?? ""
    return "(\(parts.joined(separator: ", ")))\(condition)"
  }

  /// Refuses an upsert that the engine cannot carry out, before the first part of it is. [UPSERT-10]
  func check(_ upsert: Upsert) throws(DatabaseError) {
    try upsert.check()
    if case .unsupported = upsertForm { throw noUpsert() }
    if !upsertTakesIndexExpressions { try checkKeyIsColumns(upsert) }
  }

  private func checkKeyIsColumns(_ upsert: Upsert) throws(DatabaseError) {
    guard upsert.keyExpressions.isEmpty, upsert.keyCondition == nil else {
      throw .unsupported(
        "\(name) cannot name an index with expressions or a condition as the key of an upsert; make "
          + "the expression a column with a unique key")
    }
  }

  /// The assignments as they follow `SET`, with `newValue` for what was to be inserted into a column.
  ///
  /// - Throws: what `newValue` throws; `unsupported` if columns need each other's old values and the
  ///   engine assigns one after another.
  public func changes(
    of upsert: Upsert, newValue: (String) throws(DatabaseError) -> String
  ) throws(DatabaseError) -> String {
    try changes(
      of: upsert,
      oldValue: { column throws(DatabaseError) in try oldValue(column, upsert.table) },
      newValue: newValue)
  }

  private func changes(
    of upsert: Upsert, oldValue: (String) throws(DatabaseError) -> String,
    newValue: (String) throws(DatabaseError) -> String
  ) throws(DatabaseError) -> String {
    var changes: [String] = []
    for (column, expression) in try ordered(upsert) {
      var text = ""
      for part in expression.parts {
        switch part {
        case .text(let sql): text += sql
        case .old(let column): text += try oldValue(column)
        case .new(let column): text += try newValue(column)
        }
      }
      changes.append("\(try quoted(column)) = \(text)")
    }
    return changes.joined(separator: ", ")
  }

  /// The assignments in an order that leaves every old value in place until it was used: where the engine
  /// works them off from left to right, what was assigned before is no longer old.
  private func ordered(
    _ upsert: Upsert
  ) throws(DatabaseError) -> [(column: String, expression: UpsertExpression)] {
    var left: [(column: String, expression: UpsertExpression)] = []
    for assignment in upsert.assignments {
      switch assignment {
      case .newValue(let column):
        left.append((column, UpsertExpression(newValue: column)))
      case .expression(let column, let text):
        left.append((column, try UpsertExpression(text, columns: upsert.columns)))
      }
    }
    guard assignsInOrder else { return left }
    var ordered: [(column: String, expression: UpsertExpression)] = []
    while !left.isEmpty {
      let next = left.firstIndex { candidate in
        left.allSatisfy {
          $0.column.hasSameBytes(as: candidate.column)
            || !$0.expression.oldColumns.contains(ByteText(candidate.column))
        }
      }
      guard let next else { throw needsOldValues(left.map(\.column), upsert.table) }
      ordered.append(left.remove(at: next))
    }
    return ordered
  }

  private func needsOldValues(_ columns: [String], _ table: String) -> DatabaseError {
    .unsupported(
      "\(name) assigns one column after another, and in the upsert into \(table) "
        + "\(columns.joined(separator: " and ")) need each other's old values")
  }
}
