import Synchronization

extension Database {
  /// Runs a statement that only reads beside those of other tasks; nil if it has to go over the pool.
  ///
  /// Writes take the pool: sessions of their own share one flush of the server's log, where a
  /// pipeline would pay one flush after another.
  func pipelined(
    _ text: StatementText, _ values: [Value]
  ) async throws(DatabaseError) -> PipelineResult? {
    guard let pipelines, text.isReadOnly, !text.isLarge, text.use == .data, !text.mayChangeSession,
      !Task.isCancelled,
      values.count == text.parameterCount, !text.backoff.isActive(),
      let lane = pipelines.lane()
    else { return nil }
    let observation = instruments.begin(text)
    do throws(DatabaseError) {
      let result = try await run(text, values, on: lane)
      if let observation { instruments.end(observation, nil) }
      return result
    } catch {
      instruments.note(text, error)
      if let observation { instruments.end(observation, error) }
      throw error
    }
  }

  /// Counts an eligible statement in; true if others are under way, which makes pipelining worth it.
  @inline(__always)
  func beginStatement() -> Bool {
    guard let pipelines else { return false }
    return pipelines.activeCount.add(1, ordering: .relaxed).oldValue > 0
  }

  /// Counts it out.
  @inline(__always)
  func endStatement() {
    pipelines?.activeCount.subtract(1, ordering: .relaxed)
  }

  private func run(
    _ text: StatementText, _ values: [Value], on lane: PipelineLane
  ) async throws(DatabaseError) -> PipelineResult? {
    let number = lane.begin(text)
    let timer = configuration.statementTimeout.map { limit in
      DeadlineTimer.shared.schedule(at: .now + limit) { lane.interrupt(number, .timeout) }
    }
    let outcome: Result<PipelineResult, DatabaseError> = await withTaskCancellationHandler {
      do throws(DatabaseError) {
        return .success(try await lane.session.run(text, values, number: number))
      } catch {
        return .failure(error)
      }
    } onCancel: {
      lane.interrupt(number, .cancelled)
    }
    timer?.cancel()
    let reason = lane.end(number)
    switch outcome {
    case .success(let result): return result
    case .failure(let error):
      if error.connection == .spent { pipelines?.discard(lane) }
      // A view, or an operator, hid a write: the session took nothing of it. [PIPE-3]
      if error.kind == .readOnly, error.execution == .rejected {
        text.backoff.begin()
        return nil
      }
      return try judge(error, reason, isBrokenOff: lane.isBrokenOff)
    }
  }

  /// Nil if the statement is to be repeated over the pool: it had no effect, and nobody wanted it to
  /// end.
  private func judge(
    _ error: DatabaseError, _ reason: PipelineLane.Reason?, isBrokenOff: Bool
  ) throws(DatabaseError) -> PipelineResult? {
    guard error.kind == .cancelled || isBrokenOff && error.kind == .connectionLost else {
      if error.execution == .notSent, error.kind == .connectionLost { return nil }
      throw error
    }
    switch reason {
    case nil, .moved: return nil
    case .cancelled: throw error.with(kind: .cancelled, message: error.message)
    case .timeout:
      let limit = configuration.statementTimeout.map { "\($0)" } ?? "its limit"
      throw error.with(
        kind: .statementTimeout, message: "the statement ran longer than \(limit) and was stopped")
    case .shutdown:
      throw error.with(
        message: "the statement was stopped because the database is being closed")
    }
  }
}

extension PipelineResult {
  /// Hands the first row to `body`; false if there is none.
  func withFirstRow(
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool {
    guard let rows = firstRow else { return false }
    defer { rows.close() }
    let columns = rows.columns
    let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: max(1, columns.count))
    cells.initialize(repeating: .null)
    defer { cells.deallocate() }
    guard try rows.step(into: cells) == .row, let first = cells.baseAddress else { return false }
    try withExtendedLifetime(columns) { () throws(DatabaseError) in
      try body(
        Row(
          unsafeCells: UnsafePointer(first), count: columns.count,
          columns: .passUnretained(columns)))
    }
    return true
  }
}
