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
      while results.count < statements.count {
        let index = results.count
        do throws(DatabaseError) {
          let text = try transaction.text(statements[index])
          try text.checkBatch()
          let rest = statements[index...].prefix(maxCountAtOnce)
          let sets = rest.prefix { text.isWritten($0.text) }.map(\.parameters)
          results += try await transaction.connection.session.execRepeated(text, sets)
        } catch {
          throw error.atRow(index + (error.details.row ?? 0))
        }
      }
      return results
    }
  }
}

/// So many statements of one text are one to the limits of time.
private let maxCountAtOnce = 1000

extension Session {
  /// Runs a statement for each set of parameters, or, where the driver takes no more, for the first.
  fileprivate func execRepeated(
    _ text: StatementText, _ sets: [[Value]]
  ) async throws(DatabaseError) -> [ExecResult] {
    guard sets.count > 1, cache.statement(for: text)?.runsManyAtOnce == true else {
      return [try await exec(text, sets[0])]
    }
    for (index, set) in sets.enumerated() where set.count != text.parameterCount {
      // Those before it run; it is refused when it is the first.
      return try await execRepeated(text, Array(sets[..<max(1, index)]))
    }
    if unfinished != nil { try await completeUnfinished() }
    try enter(text, sets[0])
    defer { leave() }
    return try await running(text) { statement throws(DatabaseError) in
      try await statement.execMany(sets)
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
    let batch = try statements.asBatch { sql throws(DatabaseError) in try texts.text(for: sql.text)
    }
    let session = try await writers.lease(at: site)
    defer { Lease(session, pool: writers).end() }
    return try await session.run(batch)
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
    let batch = try statements.asBatch { sql throws(DatabaseError) in try text(sql) }
    return try await session.run(batch)
  }
}

extension Transaction {
  /// Runs several statements as one, in a savepoint.
  public func batch(
    _ statements: [SQL], at site: CallSite
  ) async throws(DatabaseError) -> [ExecResult] {
    if statements.isEmpty { return [] }
    guard server.capabilities.nativeBatch, server.capabilities.nativeBatchInTransaction else {
      return try await runInTransaction(statements, site)
    }
    let batch = try statements.asBatch { sql throws(DatabaseError) in try text(sql) }
    return try await inSavepoint(of: batch)
  }
}

/// A statement of a batch, rebound.
typealias BatchEntry = (text: StatementText, parameters: [Value])

extension Session {
  /// A batch that the driver takes as a whole.
  ///
  /// - Parameter name: the index of the statement as which it is measured.
  func run(
    _ batch: [BatchEntry], as name: Int = 0
  ) async throws(DatabaseError) -> [ExecResult] {
    for (index, entry) in batch.enumerated() {
      do throws(DatabaseError) {
        try enter(entry.text, entry.parameters)
        leave()
      } catch {
        throw error.atRow(index)
      }
    }
    return try await exclusively(batch[name].text, batch[name].parameters) {
      () async throws(DatabaseError) -> [ExecResult] in try await driver.execBatch(batch)
    }
  }
}

extension [SQL] {
  /// The rebound statements of a batch.
  ///
  /// - Throws: what `rebind` throws, and `misuse` for what cannot be in a batch, with the index.
  fileprivate func asBatch(
    rebind: (SQL) throws(DatabaseError) -> StatementText
  ) throws(DatabaseError) -> [BatchEntry] {
    var batch: [BatchEntry] = []
    batch.reserveCapacity(count)
    for (index, statement) in enumerated() {
      do throws(DatabaseError) {
        let text = try rebind(statement)
        try text.checkBatch()
        batch.append((text, statement.parameters))
      } catch {
        throw error.atRow(index)
      }
    }
    return batch
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
