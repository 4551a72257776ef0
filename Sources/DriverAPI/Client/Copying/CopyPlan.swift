/// What a copy is going to do: which tables, in which order, and which columns of each.
struct CopyPlan: Sendable {
  /// In an order in which every row finds what it refers to.
  var tables: [CopyTable]

  /// Looks at both schemas.
  ///
  /// - Throws: `misuse` that names every table and column that is in the way, and what helps.
  static func make(
    _ copy: DatabaseCopy, _ source: some StatementExecutor, _ target: some StatementExecutor
  ) async throws(DatabaseError) -> CopyPlan {
    let sourceNames = try await source.tableNames().filter { !$0.hasSameBytes(as: copy.marks) }
    let targetNames = try await target.tableNames()
    var pairs: [(source: String, target: String)] = []
    var missing: [String] = []
    for table in try copy.tables.map(checked) ?? sourceNames {
      guard let name = Self.match(table, sourceNames) else {
        missing.append("the source has no table \(table)")
        continue
      }
      guard let other = Self.match(table, targetNames) else {
        missing.append("the target has no table \(table)")
        continue
      }
      pairs.append((name, other))
    }
    guard missing.isEmpty else { throw refusal(missing, "bring the schema of both to one version") }
    let order = try await order(pairs.map(\.target), target)
    var tables: [CopyTable] = []
    var problems: [String] = []
    for pair in order.map({ pairs[$0] }) {
      tables.append(try await table(pair, source, target, &problems))
    }
    guard problems.isEmpty else {
      throw refusal(problems, "bring the schema of both to one version")
    }
    return CopyPlan(tables: tables)
  }

  private static func checked(_ tables: [String]) throws(DatabaseError) -> [String] {
    for (index, table) in tables.enumerated() {
      if table.utf8.contains(UInt8(ascii: ".")) {
        throw .misuse(
          "a copy takes the tables of the session's own schema; \(table) names one of another: open "
            + "the database with that schema as its own")
      }
      if tables[..<index].containsBytes(of: table) {
        throw .misuse("the table \(table) is named twice in one copy")
      }
    }
    return tables
  }

  static func refusal(_ problems: [String], _ remedy: String) -> DatabaseError {
    .misuse("nothing was copied: \(problems.joined(separator: "; ")); \(remedy)")
  }

  /// The name of these very bytes, else the only one that differs in nothing but its letters' case.
  private static func match(_ name: String, _ names: [String]) -> String? {
    if names.containsBytes(of: name) { return name }
    let alike = names.filter { IdentifierFolding.kept.matches($0, name) }
    return alike.count == 1 ? alike[0] : nil
  }

  private static func table(
    _ names: (source: String, target: String), _ source: some StatementExecutor,
    _ target: some StatementExecutor, _ problems: inout [String]
  ) async throws(DatabaseError) -> CopyTable {
    let sourceColumns = try await source.columns(of: names.source)
    let targetColumns = try await target.columns(of: names.target)
    let targetNames = targetColumns.map(\.name)
    var columns: [CopyColumn] = []
    var key: [(place: Int, index: Int)] = []
    var matched: [String] = []
    for column in sourceColumns {
      guard let name = match(column.name, targetNames),
        let other = targetColumns.first(where: { $0.name.hasSameBytes(as: name) })
      else {
        if !column.isComputed {
          problems.append("the target's table \(names.target) has no column \(column.name)")
        }
        continue
      }
      matched.append(name)
      if other.isComputed { continue }
      if column.keyPosition > 0 { key.append((column.keyPosition, columns.count)) }
      columns.append(
        CopyColumn(column, source.dialect.columnTypes, other, target.server))
    }
    for column in targetColumns where !matched.containsBytes(of: column.name) && !column.isOptional
    {
      problems.append(
        "the target's table \(names.target) requires the column \(column.name), which the source lacks"
      )
    }
    if columns.isEmpty, problems.isEmpty {
      problems.append("the table \(names.source) has no columns that can be copied")
    }
    // Half a key finds no row.
    let whole = key.count == sourceColumns.count { $0.keyPosition > 0 }
    return CopyTable(
      source: names.source, target: names.target, columns: columns,
      key: whole ? key.sorted { $0.place < $1.place }.map(\.index) : [])
  }
}

// MARK: - Order

extension CopyPlan {
  /// The places of the tables in an order in which each comes behind those it refers to.
  ///
  /// - Throws: `misuse` with the tables that refer to each other in a circle.
  private static func order(
    _ tables: [String], _ target: some StatementExecutor
  ) async throws(DatabaseError) -> [Int] {
    guard let query = target.dialect.listReferences else { return Array(tables.indices) }
    let dialect = target.dialect
    let references = try await target.query(SQL(raw: query), as: (String, String).self).collect()
    var parents: [Int: Set<Int>] = [:]
    for (child, parent) in references {
      // A row that refers to another of its own table comes behind it in the order of the key, or not at all.
      guard let child = index(of: dialect.written(child), in: tables),
        let parent = index(of: dialect.written(parent), in: tables), child != parent
      else { continue }
      parents[child, default: []].insert(parent)
    }
    var order: [Int] = []
    var waiting = Array(tables.indices)
    while !waiting.isEmpty {
      let done = Set(order)
      guard let next = waiting.first(where: { parents[$0, default: []].isSubset(of: done) }) else {
        let names = waiting.map { tables[$0] }.joined(separator: ", ")
        throw refusal(
          [
            "the tables \(names) refer to each other in a circle, so that none of them can be first"
          ],
          "take one of the target's foreign keys away, and add it again after the copy")
      }
      order.append(next)
      waiting.removeAll { $0 == next }
    }
    return order
  }

  private static func index(of name: String, in tables: [String]) -> Int? {
    tables.firstIndex(ofBytes: name)
      ?? tables.firstIndex { IdentifierFolding.kept.matches($0, name) }
  }
}
