extension Database {
  /// Runs a statement for its effect, on a connection of its own.
  public func exec(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> ExecResult {
    let text = try texts.text(for: sql.text)
    try text.checkAutocommit()
    let isContended = beginStatement()
    defer { endStatement() }
    if isContended, let result = try await pipelined(text, sql.parameters) { return result.exec }
    let errand = ConnectionPool.Errand(text: text, values: sql.parameters)
    switch try await writers.lease(for: errand, at: site) {
    case .done(let result): return result
    case .session(let session):
      let start = MonotonicTime.now
      defer {
        // Elsewhere time is the network's, and statements are not run for others.
        if session.mayRunPlain { text.noteDuration(from: start, to: .now) }
        Lease(session, pool: writers).end(runningErrands: true)
      }
      if let result = try session.execNow(text, sql.parameters) { return result }
      return try await session.exec(text, sql.parameters)
    }
  }

  /// Starts a statement; its connection is free again when the rows end or are let go.
  public func query(
    _ sql: SQL, at site: CallSite
  ) async throws(DatabaseError) -> Rows {
    let text = try texts.text(for: sql.text)
    try text.checkAutocommit()
    let pool = pool(for: text)
    let session = try await pool.lease(at: site, mayWaitAgain: true)
    let lease = Lease(session, pool: pool)
    do throws(DatabaseError) {
      let rows = try await session.query(text, sql.parameters)
      return Rows(RowCursor(rows, session, lease, readsOnly: text.isReadOnly))
    } catch {
      lease.end()
      throw error
    }
  }

  /// Hands the first row of a statement to `body`; false if there is none.
  public func withFirstRow(
    of sql: SQL, at site: CallSite, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool {
    let text = try texts.text(for: sql.text)
    try text.checkAutocommit()
    let pool = pool(for: text)
    let isContended = beginStatement()
    defer { endStatement() }
    if isContended, let result = try await pipelined(text, sql.parameters) {
      return try result.withFirstRow(body)
    }
    let session = try await pool.lease(at: site)
    defer { Lease(session, pool: pool).end() }
    return try await session.firstRow(text, sql.parameters, body)
  }

  /// Leases one connection for several statements.
  ///
  /// - Parameters:
  ///   - role: `.reader` if all of them only read and the engine has connections for that.
  ///   - body: runs on the caller's executor. The connection must not be used after it.
  /// - Throws: what `body` throws; `misuse` if it left a transaction open, which is rolled back.
  @discardableResult
  public func withConnection<R>(
    _ role: ConnectionRole = .writer, file: StaticString = #fileID, line: UInt = #line,
    _ body: (Connection) async throws -> R
  ) async throws -> R {
    try await withConnection(role, at: CallSite(file: file, line: line), body)
  }

  /// Runs `body` in a transaction on a connection of its own.
  public func transaction<R>(
    _ options: TransactionOptions, at site: CallSite, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    try await withConnection(options.isReadOnly ? .reader : .writer, at: site) { connection in
      try await connection.transaction(options, at: site, body)
    }
  }

  func withConnection<R>(
    _ role: ConnectionRole, at site: CallSite, _ body: (Connection) async throws -> R
  ) async throws -> R {
    let pool = role == .reader ? readers ?? writers : writers
    let session = try await pool.lease(at: site, mayWaitAgain: true)
    let connection = Connection(session, texts: texts)
    let lease = Lease(session, pool: pool)
    do {
      let result = try await body(connection)
      connection.end()
      if let leftBehind = await lease.endCleanly() { throw leftBehind }
      return result
    } catch {
      // What the body threw says more than what it left behind, which is logged.
      if connection.end() { await lease.endCleanly() }
      throw error
    }
  }
}
