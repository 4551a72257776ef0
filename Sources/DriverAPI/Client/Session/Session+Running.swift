extension Session {
  /// Prepares a statement, or takes it from the cache, and runs `body` with it: under cancellation,
  /// the statement timeout and the instruments.
  func running<R>(
    _ text: StatementText,
    _ body: (any DriverStatement) async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    if Task.isCancelled, !text.endsTransaction { throw cancelledBeforeStart() }
    let observation = instruments.begin(text)
    do throws(DatabaseError) {
      let result: R
      if let cached = cache.statement(for: text) {
        result = try await interruptible(text) { () async throws(DatabaseError) -> R in
          try await body(cached)
        }
      } else {
        result = try await preparing(text, body)
      }
      if let observation { instruments.end(observation, nil) }
      return result
    } catch {
      note(error)
      instruments.note(text, error)
      if let observation { instruments.end(observation, error) }
      throw error
    }
  }

  private func preparing<R>(
    _ text: StatementText,
    _ body: (any DriverStatement) async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    let isKept = cache.takes(text)
    return try await interruptible(text) { () async throws(DatabaseError) -> R in
      let statement = try await driver.prepare(text, isKept: isKept)
      if let counted = statement.parameterCount, counted != text.parameterCount {
        statement.finalize()
        throw miscounted(counted, text)
      }
      if isKept {
        for leaving in cache.makeRoom(for: text) { leaving.finalize() }
        cache.keep(statement, for: text)?.finalize()
      } else {
        transients.append(statement)
      }
      return try await body(statement)
    }
  }

  // The statement would run with values missing, or in other places. [REBIND-8]
  private func miscounted(_ count: Int, _ text: StatementText) -> DatabaseError {
    .misuse(
      "the engine counts \(count) parameters in the statement and \(text.parameterCount) were "
        + "recognised; write each as a plain ?, outside of names, quotes and comments")
  }

  /// Closes the statements that ran once; their rows are certainly closed when the next one starts.
  func closeTransients() {
    if transients.isEmpty { return }
    for statement in transients { statement.finalize() }
    transients.removeAll(keepingCapacity: true)
  }

  func interruptible<R>(
    _ text: StatementText, _ body: () async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    closeTransients()
    driver.statementBegins()
    // What ends a transaction is not interrupted: its outcome would be unknown, and it is short.
    if text.endsTransaction { return try await protected(body) }
    return try await watched(limit: text.use == .begin ? beginTimeout : statementTimeout, body)
  }

  /// Beginning a transaction is the library's own, and waits for nothing; a driver that works inline
  /// waits for no server.
  private var beginTimeout: Duration? {
    statementTimeout ?? (driver.noticesCancellation ? nil : controlTimeout)
  }

  /// Runs work of the statement that has begun under its timeout, and so that it can be interrupted.
  func watched<R>(_ body: () async throws(DatabaseError) -> R) async throws(DatabaseError) -> R {
    try await watched(limit: statementTimeout, body)
  }

  private func watched<R>(
    limit: Duration?, _ body: () async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    let number = interruption.begin(timeout: limit)
    let outcome: Result<R, DatabaseError> = await withTaskCancellationHandler {
      do throws(DatabaseError) { return .success(try await body()) } catch {
        return .failure(error)
      }
    } onCancel: {
      interruption.interrupt(statement: number, .cancelled)
    }
    let reason = interruption.end()
    switch outcome {
    case .success(let result): return result
    case .failure(let error): throw explained(error, reason)
    }
  }

  /// Has it end by itself, or with the connection.
  private func protected<R>(
    _ body: () async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    // A driver that works inline waits for no server.
    if driver.noticesCancellation { return try await body() }
    interruption.beginProtected()
    do throws(DatabaseError) {
      let result = try await body()
      _ = interruption.end()
      return result
    } catch {
      guard interruption.end() == .timeout, error.kind == .connectionLost else { throw error }
      throw error.with(
        message: "the server did not answer within \(controlTimeout.rounded), which is the "
          + "controlTimeout; the connection was broken off")
    }
  }

  /// Waits until the rows can be stepped again: for as long as for the first, if that has a limit.
  /// [CANCEL-7]
  func awaitRow(of rows: any DriverRows) async throws(DatabaseError) {
    guard let statementTimeout, !driver.noticesCancellation else { return try await rows.wait() }
    interruption.beginRow(limit: statementTimeout)
    do throws(DatabaseError) {
      try await rows.wait()
      _ = interruption.end()
    } catch {
      throw explained(error, interruption.end())
    }
  }

  /// A driver only knows that it was interrupted; here it is known by whom.
  func explained(
    _ error: DatabaseError, _ reason: Interruption.Reason?
  ) -> DatabaseError {
    // A connection that was broken off since nothing else ended the statement is lost as well.
    guard let reason, error.kind == .cancelled || error.kind == .connectionLost else {
      return error
    }
    switch reason {
    case .cancelled where error.kind == .cancelled:
      return error
    case .cancelled:
      return error.with(
        kind: .cancelled,
        message: "the server did not react to the cancellation; the connection was broken off")
    case .timeout:
      let limit = statementTimeout.map { "\($0)" } ?? "its limit"
      return error.with(
        kind: .statementTimeout, message: "the statement ran longer than \(limit) and was stopped")
    case .shutdown:
      return error.with(message: "the statement was stopped because the database is being closed")
    }
  }

  private func cancelledBeforeStart() -> DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled before the statement was sent", execution: .notSent)
  }
}
