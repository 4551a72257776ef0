/// What not every library can do, and a ``BlockingSession`` says that it can by its capabilities.
extension BlockingConnection {
  /// Asks the server on the thread.
  public func ping() async throws(DatabaseError) {
    try await optionally { session throws(DatabaseError) in try session.ping() }
  }

  /// Asks for the lock on the thread.
  public func acquireMigrationLock() async throws(DatabaseError) -> Bool {
    try await optionally { session throws(DatabaseError) in try session.acquireMigrationLock() }
  }

  /// Gives it back on the thread.
  public func releaseMigrationLock() async throws(DatabaseError) {
    try await optionally { session throws(DatabaseError) in try session.releaseMigrationLock() }
  }

  /// Inserts many rows on the thread, once the engine is known to hold every value.
  public func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    try check(rows)
    return try await optionally { session throws(DatabaseError) in
      try session.bulkInsert(into: table, columns: columns, rows: rows)
    }
  }

  /// Runs the batch on the thread.
  public func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    try check(batch.map(\.parameters))
    return try await optionally { session throws(DatabaseError) in try session.execBatch(batch) }
  }

  /// Waits on the thread.
  public func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    // A call of its own: an interruption of an earlier one is over, and one that came for this has
    // cancelled the task.
    statementBegins()
    return try await optionally { session throws(DatabaseError) in try session.nextNotification() }
  }

  private func optionally<R: Sendable>(
    _ work: @escaping @Sendable (Session) throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    try await calls.run { () throws(DatabaseError) -> R in
      defer { self.note(nil) }
      do throws(DatabaseError) { return try work(self.session) } catch {
        if self.wasInterrupted { self.session.settle() }
        throw self.observed(error)
      }
    }
  }

  private func check(_ rows: [[Value]]) throws(DatabaseError) {
    for (index, row) in rows.enumerated() {
      do throws(DatabaseError) { try server.capabilities.check(row) } catch {
        throw error.atRow(index)
      }
    }
  }
}
