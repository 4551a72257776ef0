extension StatementExecutor {
  /// Runs several statements as one: all of them take effect, or none. [BATCH-1]
  ///
  /// Where the engine takes them together, the whole batch costs one round trip.
  ///
  /// ```swift
  /// try await db.batch(["UPDATE a SET n = n - \(sum)", "UPDATE b SET n = n + \(sum)"])
  /// ```
  ///
  /// - Returns: a result for each statement, in order.
  /// - Throws: what the first statement that failed threw, with its index in
  ///   ``DatabaseError/Details/row``.
  @discardableResult
  public func batch(
    _ statements: [SQL], file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> [ExecResult] {
    try await batch(statements, at: CallSite(file: file, line: line))
  }

  /// The statements one after another, in a transaction or savepoint of their own.
  func runInTransaction(
    _ statements: [SQL], _ site: CallSite
  ) async throws(DatabaseError) -> [ExecResult] {
    try await inTransaction(site) { transaction throws(DatabaseError) in
      var results: [ExecResult] = []
      for (index, statement) in statements.enumerated() {
        do throws(DatabaseError) {
          let text = try transaction.text(statement)
          try text.checkBatch()
          results.append(try await transaction.connection.run(text, statement.parameters))
        } catch {
          throw error.atRow(index)
        }
      }
      return results
    }
  }
}

extension Database {
  /// Runs several statements as one, on a connection of their own.
  public func batch(
    _ statements: [SQL], at site: CallSite
  ) async throws(DatabaseError) -> [ExecResult] {
    if statements.isEmpty { return [] }
    guard server.capabilities.nativeBatch else {
      return try await runInTransaction(statements, site)
    }
    let texts = try texts.texts(for: statements)
    let session = try await writers.lease(at: site)
    defer { Lease(session, pool: writers).end() }
    return try await session.batch(texts, statements)
  }
}

extension Connection {
  /// Runs several statements as one; in a transaction that is open they are a savepoint.
  public func batch(
    _ statements: [SQL], at site: CallSite
  ) async throws(DatabaseError) -> [ExecResult] {
    if statements.isEmpty { return [] }
    guard server.capabilities.nativeBatch, transactionStatus == .none else {
      return try await runInTransaction(statements, site)
    }
    var texts: [StatementText] = []
    for (index, statement) in statements.enumerated() {
      do throws(DatabaseError) { texts.append(try text(statement)) } catch {
        throw error.atRow(index)
      }
    }
    try texts.checkBatch()
    return try await session.batch(texts, statements)
  }
}

extension Transaction {
  /// Runs several statements as one, in a savepoint.
  public func batch(
    _ statements: [SQL], at site: CallSite
  ) async throws(DatabaseError) -> [ExecResult] {
    if statements.isEmpty { return [] }
    return try await runInTransaction(statements, site)
  }
}

extension Session {
  /// A batch that the driver takes as a whole.
  func batch(
    _ texts: [StatementText], _ statements: [SQL]
  ) async throws(DatabaseError) -> [ExecResult] {
    for index in texts.indices {
      do throws(DatabaseError) {
        try enter(texts[index], statements[index].parameters)
        leave()
      } catch {
        throw error.atRow(index)
      }
    }
    let batch = zip(texts, statements).map { (text: $0, parameters: $1.parameters) }
    return try await exclusively(texts[0], statements[0].parameters) {
      () async throws(DatabaseError) -> [ExecResult] in try await driver.execBatch(batch)
    }
  }
}

extension StatementTexts {
  /// The rebound texts of a batch.
  fileprivate func texts(for statements: [SQL]) throws(DatabaseError) -> [StatementText] {
    var texts: [StatementText] = []
    for (index, statement) in statements.enumerated() {
      do throws(DatabaseError) { texts.append(try text(for: statement.text)) } catch {
        throw error.atRow(index)
      }
    }
    try texts.checkBatch()
    return texts
  }
}

extension StatementText {
  /// A batch is a transaction already and cannot begin or end one.
  ///
  /// - Throws: `misuse`.
  fileprivate func checkBatch() throws(DatabaseError) {
    if use != .begin, use != .end { return }
    throw .misuse("\(leadingKeyword) cannot be a part of a batch, which is a transaction already")
  }
}

extension [StatementText] {
  fileprivate func checkBatch() throws(DatabaseError) {
    for (index, text) in enumerated() {
      do throws(DatabaseError) { try text.checkBatch() } catch { throw error.atRow(index) }
    }
  }
}
