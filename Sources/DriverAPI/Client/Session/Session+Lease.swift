extension Session {
  /// Whether the session can go back to the pool as it is, without a word to the server.
  var isClean: Bool {
    !isSpent && !needsReset && !rowsAreOpen && driver.transactionStatus == .none
  }

  /// Makes the session fit for the next lease. [TX-9, POOL-4]
  ///
  /// - Returns: what the holder left behind that changed data, if anything: an open transaction that
  ///   had to be rolled back.
  func cleanUp() async -> DatabaseError? {
    let failure = await endRows()
    if isSpent { return failure }
    let leftBehind = await rollBackLeftTransaction() ?? failure
    guard needsReset, !isSpent else { return leftBehind }
    do throws(DatabaseError) {
      closeTransients()
      for statement in cache.removeAll() { statement.finalize() }
      try await bounded(by: controlTimeout) { () async throws(DatabaseError) in
        try await driver.reset()
      }
      needsReset = false
    } catch {
      // A session that cannot be reset is not leased again; the pool opens a new one when asked.
      instruments.reportDetail("connection not reset, closing it", error)
      isSpent = true
    }
    return leftBehind
  }

  /// Ends the session.
  func shutDown() async {
    closeTransients()
    for statement in cache.removeAll() { statement.finalize() }
    // A driver that works inline waits for no server, and a timer costs more than to close a file.
    if driver.noticesCancellation { return await driver.close() }
    await bounded(by: controlTimeout) { await driver.close() }
  }

  /// Runs what waits for the server and is not a statement; after the limit the connection is broken
  /// off, which ends it. [CANCEL-7]
  func bounded<R, Failure: Error>(
    by limit: Duration, _ body: () async throws(Failure) -> R
  ) async throws(Failure) -> R {
    let limit = BreakOff(driver, after: limit)
    defer { limit.end() }
    return try await body()
  }

  /// Ends the rows that are still open; answers with what their statement threw at its end.
  private func endRows() async -> DatabaseError? {
    do throws(DatabaseError) {
      try await endOpenRows()
      return nil
    } catch {
      return error
    }
  }

  private func rollBackLeftTransaction() async -> DatabaseError? {
    guard driver.transactionStatus != .none else { return nil }
    await rollBack()
    return .misuse(
      "the connection came back with a transaction open; it was rolled back. "
        + "End it before the scope ends, or use transaction { }")
  }

  /// Whether the server still answers, within the limit.
  ///
  /// In a task of its own: the cancellation of who asks says nothing about the session. [POOL-9]
  func answers(within limit: Duration) async -> Bool {
    await Task { await asks(limit) }.value
  }

  private func asks(_ limit: Duration) async -> Bool {
    do throws(DatabaseError) {
      let text = try rebound(&probeText) { $0.selectSQL("1") }
      return try await bounded(by: limit) { () async throws(DatabaseError) in
        try await ping(by: text)
      }
    } catch {
      instruments.reportDetail("idle connection no longer answers, replacing it", error)
      return false
    }
  }

  /// Asks the server whether it is there, by the driver's own call or by a query; false if that gives
  /// no row.
  func ping(by query: StatementText) async throws(DatabaseError) -> Bool {
    guard pingsByCall else { return try await firstRow(query, []) { _ in } }
    try await exclusively(query, []) { () async throws(DatabaseError) in try await driver.ping() }
    return true
  }

  /// Rolls the open transaction back, whatever it takes: a session on which that fails is spent.
  func rollBack() async {
    do throws(DatabaseError) {
      let text = try rebound(&rollbackText) { $0.transactions.rollback }
      _ = try await exec(text, [])
    } catch {
      instruments.reportWarning("rollback failed, closing the connection", error)
      isSpent = true
    }
  }

  private func rebound(
    _ known: inout StatementText?, _ sql: (Dialect) -> String
  ) throws(DatabaseError) -> StatementText {
    if let known { return known }
    let dialect = driver.server.dialect
    let text = try dialect.rebind(sql(dialect))
    known = text
    return text
  }
}
