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
      if let observation { instruments.end(observation, error) }
      throw error
    }
  }

  private func preparing<R>(
    _ text: StatementText,
    _ body: (any DriverStatement) async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    let isKept = cache.capacity > 0 && text.isWorthKeeping
    return try await interruptible(text) { () async throws(DatabaseError) -> R in
      let statement = try await driver.prepare(text, isKept: isKept)
      if isKept {
        cache.keep(statement, for: text)?.finalize()
      } else {
        transients.append(statement)
      }
      return try await body(statement)
    }
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
    if text.endsTransaction { return try await body() }
    return try await watched(body)
  }

  /// Runs work of the statement that has begun under its timeout, and so that it can be interrupted.
  func watched<R>(_ body: () async throws(DatabaseError) -> R) async throws(DatabaseError) -> R {
    let number = interruption.begin(timeout: statementTimeout)
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

  /// A driver only knows that it was interrupted; here it is known by whom.
  private func explained(
    _ error: DatabaseError, _ reason: Interruption.Reason?
  ) -> DatabaseError {
    guard error.kind == .cancelled, let reason else { return error }
    switch reason {
    case .cancelled:
      return error
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
