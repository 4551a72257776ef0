/// The fast path, for statements that wait for nobody: the driver works inline and notices cancellation
/// by itself, and the statement is prepared. Then nothing has to be awaited, and a statement costs plain
/// calls: a lock, a cancellation handler and six async frames less, which is a quarter of a point select.
/// A time limit, metrics and the log of slow statements are looked after without leaving it. Everything
/// here answers nil if it cannot be gone, and has done nothing then.
extension Session {
  func execNow(
    _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) -> ExecResult? {
    guard runsPlain(text) else { return nil }
    try enter(text, values)
    defer { leave() }
    guard let statement = cache.statement(for: text) else { return nil }
    return try plainly(text) { () throws(DatabaseError) -> ExecResult? in
      try statement.execWithoutWaiting(values)
    }
  }

  func queryNow(
    _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) -> (any DriverRows)? {
    guard runsPlain(text) else { return nil }
    try enter(text, values)
    defer { leave() }
    guard let statement = cache.statement(for: text) else { return nil }
    return try plainly(text) { () throws(DatabaseError) -> (any DriverRows)? in
      guard let rows = try statement.queryWithoutWaiting(values) else { return nil }
      opened(rows)
      return rows
    }
  }

  func firstRowNow(
    _ text: StatementText, _ values: [Value],
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    // What may write is run to its end, which may have to be waited for.
    guard text.isReadOnly, let rows = try queryNow(text, values) else { return nil }
    defer { close(rows) }
    do throws(DatabaseError) { return try handFirstRow(of: rows, to: body) } catch {
      note(error)
      throw error
    }
  }

  @inline(__always)
  func handFirstRow(
    of rows: any DriverRows, to body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool {
    switch try rows.step(into: cells) {
    case .row:
      try body(currentRow)
      return true
    case .done: return false
    case .wait: throw waitsForFirstRow()
    }
  }

  /// Makes plain calls, watched by whoever wants to. Nil is for another way, which begins anew.
  @inline(__always)
  func plainly<R>(
    _ text: StatementText, _ body: () throws(DatabaseError) -> R?
  ) throws(DatabaseError) -> R? {
    if isPlainWatched { return try plainlyWatched(text, body) }
    interruption.beginPlain()
    defer { interruption.endPlain() }
    do throws(DatabaseError) { return try body() } catch {
      note(error)
      throw error
    }
  }

  private func plainlyWatched<R>(
    _ text: StatementText, _ body: () throws(DatabaseError) -> R?
  ) throws(DatabaseError) -> R? {
    let observation = instruments.begin(text)
    if plainLimit > 0 {
      interruption.beginPlain(limit: plainLimit)
    } else {
      interruption.beginPlain()
    }
    do throws(DatabaseError) {
      let result = try body()
      _ = endPlain()
      if let observation, result != nil { instruments.end(observation, nil) }
      return result
    } catch {
      let error = explained(error, endPlain() ? .timeout : nil)
      note(error)
      instruments.note(text, error)
      if let observation { instruments.end(observation, error) }
      throw error
    }
  }

  /// Answers whether the statement was stopped at its limit.
  private func endPlain() -> Bool {
    if plainLimit == 0 {
      interruption.endPlain()
      return false
    }
    guard interruption.endPlainWithLimit() else { return false }
    // What the driver was told is not meant for the next.
    driver.statementBegins()
    return true
  }

  private func waitsForFirstRow() -> DatabaseError {
    DatabaseError(
      .other,
      "the driver of \(driver.server.product) started a query without waiting, and then waits "
        + "for its first row")
  }

  @inline(__always)
  private func runsPlain(_ text: StatementText) -> Bool {
    mayRunPlain && text.use == .data && transients.isEmpty && !Task.isCancelled
      && unfinished == nil
  }
}
