/// Views and partitioned tables have no system columns that tell an inserted row from a changed one: for
/// them the core inserts first. [UPSERT-10]
extension StatementExecutor {
  /// One row, in one statement where the table tells what became of it.
  ///
  /// Outside a transaction that is found out by trying, which costs nothing for an ordinary table: what
  /// fails has had no effect. Within one a failure would spoil it, so the server is asked, once.
  func upsertAlone(
    _ isNew: String, _ upsert: Upsert, _ row: [Value], _ site: CallSite
  ) async throws(DatabaseError) -> UpsertResult {
    let isAlone = !isInTransaction
    let known = isAlone ? knownTables?.tellsOutcome(upsert.table) : nil
    let mayTry =
      if isAlone { known ?? true } else { try await tellsOutcome(of: upsert.table, site) }
    if mayTry {
      do throws(DatabaseError) {
        return try await upsertReturning(isNew, upsert, row, self, site)
      } catch {
        guard error.kind == .undefinedObject || error.kind == .unsupported else { throw error }
        knownTables?.forget(upsert.table)
        guard isAlone, error.execution == .rejected,
          try await !tellsOutcome(of: upsert.table, site)
        else { throw error }
      }
    }
    return try await inTransaction(site) { transaction throws(DatabaseError) in
      try await insertFirst(upsert, row, transaction, site)
    }
  }

  /// Whether the engine's expression can be asked of that table.
  func tellsOutcome(of table: String, _ site: CallSite) async throws(DatabaseError) -> Bool {
    guard let check = dialect.upsertOutcomeCheck else { return true }
    if let known = knownTables?.tellsOutcome(table) { return known }
    var tells = true
    let query = SQL(raw: check, [.text(try dialect.quoted(table: table))])
    let exists = try await withFirstRow(of: query, at: site) { row throws(DatabaseError) in
      tells = try row.decode(0)
    }
    if exists { knownTables?.note(table, tellsOutcome: tells) }
    return tells
  }

  private var isInTransaction: Bool {
    if self is Transaction { return true }
    return (self as? Connection).map { $0.transactionStatus != .none } ?? false
  }

  private var knownTables: KnownTables? {
    if let database = self as? Database { return database.texts.tables }
    let connection = (self as? Transaction)?.connection ?? (self as? Connection)
    return connection?.texts.tables
  }
}

/// What was found out about tables, for all sessions of a database.
///
/// A mistake, because a table has become another, costs an error or a statement more, and is forgotten.
final class KnownTables: Sendable {
  private let tellingOutcome = Mutex<[ByteText: Bool]>([:])
  private static let capacity = 1000

  func tellsOutcome(_ table: String) -> Bool? { tellingOutcome.withLock { $0[ByteText(table)] } }

  func note(_ table: String, tellsOutcome: Bool) {
    tellingOutcome.withLock { tables in
      if tables.count >= Self.capacity { tables.removeAll() }
      tables[ByteText(table)] = tellsOutcome
    }
  }

  func forget(_ table: String) { tellingOutcome.withLock { $0[ByteText(table)] = nil } }
}
