/// Upserts of engines that merge, for one row.
extension Dialect {
  /// `MERGE`. A value is a parameter wherever it is compared or stored, because an engine takes its type
  /// from there: one that stood in a list of values, as a table to merge from, would have none on Firebird
  /// and Db2.
  func merge(_ upsert: Upsert, _ words: MergeWords) throws(DatabaseError) -> RowStatement {
    if !words.assignsKeys,
      let column = upsert.assignments.map(\.column).first(where: upsert.key.containsBytes(of:))
    {
      throw .unsupported(
        "\(name) cannot change \(column) in an upsert into \(upsert.table) that compares it")
    }
    var order = ParameterOrder(upsert.columns)
    var conditions: [String] = []
    for column in upsert.key {
      conditions.append("\(try oldValue(column, upsert.table)) = \(order.parameter(column))")
    }
    // The name without its schema, which the values of the row are called by.
    let target = [
      try quoted(table: upsert.table), words.tableHint, try unqualified(upsert.table),
    ].compactMap { $0 }.joined(separator: " ")
    let source = dummyTable ?? "(SELECT 1 AS dovetail_one) dovetail_row"
    var text = "MERGE INTO \(target) USING \(source) ON (\(conditions.joined(separator: " AND ")))"
    if !upsert.assignments.isEmpty {
      let changes = try changes(of: upsert) { column throws(DatabaseError) in
        order.parameter(column)
      }
      text += " WHEN MATCHED THEN UPDATE SET \(changes)"
    }
    let values = upsert.columns.map { order.parameter($0) }.joined(separator: ", ")
    text += " WHEN NOT MATCHED THEN INSERT (\(try list(upsert.columns))) VALUES (\(values))"
    return RowStatement(text: text + words.terminator, valueIndexes: order.indexes)
  }

  /// `UPDATE OR INSERT`, which gives every column its new value; `MERGE` if the upsert means anything else.
  func updateOrInsert(_ upsert: Upsert) throws(DatabaseError) -> RowStatement {
    let usual = Upsert(into: upsert.table, columns: upsert.columns, key: upsert.key)
    let isUsual =
      !upsert.assignments.isEmpty && upsert.assignments.count == usual.assignments.count
      && upsert.assignments.allSatisfy { assignment in
        guard case .newValue(let column) = assignment else { return false }
        return !upsert.key.containsBytes(of: column)
      }
    guard isUsual else { return try merge(upsert, MergeWords()) }
    let insert = try insertSQL(into: upsert.table, columns: upsert.columns)
    return RowStatement(text: "UPDATE OR \(insert) MATCHING (\(try list(upsert.key)))")
  }
}
