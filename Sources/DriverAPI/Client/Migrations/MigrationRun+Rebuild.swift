/// Tables that are built anew while references are not enforced. [MIG-5, MIG-9]
extension MigrationRun {
  /// Runs `body`, which is one transaction, with references put aside if they are enforced and the
  /// migration asks for it; `body` is told whether that is so.
  func withReferences<R>(
    asAskedBy migration: Migration, _ body: (_ arePutAside: Bool) async throws -> R
  ) async throws -> R {
    guard migration.mode == .rebuildingTables, let words = connection.dialect.tableRebuild,
      try await connection.queryRow(SQL(raw: words.isEnforced), as: Int.self) == 1
    else { return try await body(false) }
    let outcome: Result<R, any Error>
    do {
      try await connection.exec(SQL(raw: words.suspend))
      outcome = .success(try await body(true))
    } catch {
      outcome = .failure(error)
    }
    await uncancelled("references not enforced again, closing the connection") { connection in
      try await connection.exec(SQL(raw: words.resume))
    }
    return try outcome.get()
  }

  /// Refuses to commit references that lead nowhere.
  ///
  /// - Throws: `foreignKeyViolation`.
  func checkReferences(
    after migration: Migration, _ transaction: Transaction
  ) async throws(DatabaseError) {
    guard let words = transaction.dialect.tableRebuild else { return }
    var rows = try await transaction.query(SQL(raw: words.check))
    var dangling: (table: String, parent: String)?
    var count = 0
    while try await rows.next() {
      if dangling == nil {
        dangling = (try rows.row.decode(0), try rows.row.decode(2))
      }
      count += 1
    }
    guard let dangling else { return }
    throw DatabaseError(
      .foreignKeyViolation,
      "migration \(migration.version) \"\(migration.name)\": \(count) rows refer to nothing when it "
        + "is over, the first in \(dangling.table) to \(dangling.parent); rolled back",
      details: .init(table: dangling.table))
  }

  /// Refuses a setting that the engine would not heed in the migration's transaction. What puts
  /// references aside by its mode may say so too, as one that was released without the mode does.
  ///
  /// - Throws: `misuse` with the remedy.
  func checkSettings(of migration: Migration, _ dialect: Dialect) throws(DatabaseError) {
    let ignored = dialect.settingsIgnoredInTransactions
    if ignored.isEmpty || migration.mode != .inTransaction { return }
    for statement in migration.statements(dialect) {
      guard let name = try dialect.setting(of: statement), ignored.contains(name) else { continue }
      throw .misuse(
        "migration \(migration.version) \"\(migration.name)\" sets \(name), which has no effect inside "
          + "its transaction; give it the mode rebuildingTables, which does that around the "
          + "transaction, or outsideTransaction")
    }
  }

  /// Refuses to drop a table while the engine would delete or change the rows that refer to it.
  ///
  /// - Throws: `misuse` with the remedy.
  func checkDrop(
    _ statement: String, of migration: Migration, _ executor: some StatementExecutor
  ) async throws(DatabaseError) {
    guard let words = executor.dialect.tableRebuild, migration.mode != .rebuildingTables,
      let table = try executor.dialect.droppedTable(of: statement),
      try await executor.queryRow(SQL(raw: words.isEnforced), as: Int.self) == 1
    else { return }
    let referrers = try await executor.query(
      SQL(raw: words.referrers), table, as: (String, String).self
    ).collect()
    for (referrer, column) in referrers {
      let name = try executor.dialect.quoted(column)
      let found = try await executor.queryRow(
        SQL(
          raw: "SELECT 1 FROM \(try executor.dialect.quoted(referrer)) WHERE \(name) IS NOT NULL"),
        as: Int.self)
      if found == nil { continue }
      throw .misuse(
        "migration \(migration.version) \"\(migration.name)\" drops \(table), and with it would go what "
          + "refers to it in \(referrer).\(column); to build the table anew give it the mode "
          + "rebuildingTables, otherwise delete or change those rows first")
    }
  }
}

extension Dialect {
  /// The setting that a PRAGMA sets, in small letters; nil for any other statement.
  fileprivate func setting(of statement: String) throws(DatabaseError) -> String? {
    let tokens = try tokens(in: statement).map(\.text)
    guard tokens.first == "PRAGMA", tokens.count > 2 else { return nil }
    // PRAGMA schema.name = value, or PRAGMA name(value).
    let position = tokens[2] == "." ? 3 : 1
    guard position + 1 < tokens.count, ["=", "("].contains(tokens[position + 1]) else { return nil }
    return tokens[position].withoutQuotes.lowercased()
  }

  /// The table that a DROP TABLE drops; nil for any other statement.
  fileprivate func droppedTable(of statement: String) throws(DatabaseError) -> String? {
    let tokens = try tokens(in: statement)
    guard tokens.count > 2, tokens[0].text == "DROP", tokens[1].text == "TABLE" else { return nil }
    var position = tokens[2].text == "IF" ? 4 : 2
    if position + 2 < tokens.count, tokens[position + 1].text == "." { position += 2 }
    guard position < tokens.count else { return nil }
    // A word as it was written: the tokens have it in capitals.
    let bytes = Array(statement.utf8)[tokens[position].range]
    return String(decoding: bytes, as: UTF8.self).withoutQuotes
  }
}

extension String {
  /// An identifier without the quotes around it, and with those inside it single.
  fileprivate var withoutQuotes: String {
    guard let first = utf8.first, [0x22, 0x27, 0x5b, 0x60].contains(first), utf8.count > 1 else {
      return self
    }
    var bytes: [UInt8] = []
    var isSecond = false
    for byte in utf8.dropFirst().dropLast() {
      isSecond = byte == first && !isSecond
      if byte != first || isSecond { bytes.append(byte) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
