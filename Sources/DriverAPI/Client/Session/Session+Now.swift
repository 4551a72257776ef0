/// The fast path, for statements that wait for nobody: the driver works inline and notices cancellation
/// by itself, there is no timeout, nobody measures, and the statement is prepared. Then nothing has to
/// be awaited, and a statement costs plain calls: a lock, a cancellation handler and six async frames
/// less, which is a quarter of a point select. Everything here answers nil if that is not so, and has
/// done nothing then.
extension Session {
  func execNow(
    _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) -> ExecResult? {
    guard runsPlain(text) else { return nil }
    try enter(text, values)
    defer { leave() }
    guard let statement = cache.statement(for: text) else { return nil }
    interruption.beginPlain()
    defer { interruption.endPlain() }
    do throws(DatabaseError) { return try statement.execWithoutWaiting(values) } catch {
      note(error)
      throw error
    }
  }

  func queryNow(
    _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) -> (any DriverRows)? {
    guard runsPlain(text) else { return nil }
    try enter(text, values)
    defer { leave() }
    guard let statement = cache.statement(for: text) else { return nil }
    interruption.beginPlain()
    defer { interruption.endPlain() }
    do throws(DatabaseError) {
      guard let rows = try statement.queryWithoutWaiting(values) else { return nil }
      opened(rows)
      return rows
    } catch {
      note(error)
      throw error
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
