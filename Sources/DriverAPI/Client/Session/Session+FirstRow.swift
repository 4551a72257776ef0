/// The shortest way, for a statement that the session has run before, and for a holder that shows the
/// session to nobody, so that no other task can be using it.
///
/// All of it is inlined into one function. An engine within the process asks the kernel for a lock at the
/// start of a select and gives it back at the end, and a processor that guards itself against speculation has forgotten
/// by then where the calls that are open return to: each costs as much as fifty instructions.
extension Session {
  /// Does what `firstRowNow` does. Nothing has to be looked at afterwards if it succeeds: a statement
  /// on data leaves a session as it was.
  @inline(__always)
  func borrowedFirstRow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) -> Result<Bool?, DatabaseError> {
    guard !Task.isCancelled, let entry = cache.recentEntry(like: sql.text) else {
      return .success(nil)
    }
    var values = takeRoom()
    defer { giveBack(&values) }
    arguments(&values)
    if sql.parameters.isEmpty {
      return entry._withUnsafeGuaranteedRef { firstRow(of: $0, values, body) }
    }
    // Values in both places are a mistake, which the long way reports.
    guard values.isEmpty else { return .success(nil) }
    return entry._withUnsafeGuaranteedRef { firstRow(of: $0, sql.parameters, body) }
  }

  @inline(__always)
  private func firstRow(
    of entry: StatementCache.Entry, _ values: [Value],
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) -> Result<Bool?, DatabaseError> {
    let text = entry.text
    guard entry.isPlain, text.isReadOnly, text.parameterCount == values.count else {
      return .success(nil)
    }
    do throws(DatabaseError) {
      let found = try plainly(text) { () throws(DatabaseError) -> Bool? in
        guard let rows = try entry.statement.queryWithoutWaiting(values) else { return nil }
        opened(rows)
        defer { close(rows) }
        return try handFirstRow(of: rows, to: body)
      }
      return .success(found)
    } catch {
      return .failure(error)
    }
  }

  /// Does what `execNow` does, for a holder whose application may have shown the session to another task.
  ///
  /// - Parameter admit: lets the text in, or throws.
  @inline(__always)
  func borrowedExec(
    of sql: SQL, adding arguments: (inout [Value]) -> Void,
    _ admit: (StatementText) throws(DatabaseError) -> Void
  ) -> Result<ExecResult?, DatabaseError> {
    // Before anything of the session is looked at.
    guard mayRunPlain, !Task.isCancelled, enterUnchecked() else { return .success(nil) }
    defer { leave() }
    guard !rowsAreOpen, unfinished == nil, transients.isEmpty,
      let entry = cache.recentEntry(like: sql.text)
    else { return .success(nil) }
    return entry._withUnsafeGuaranteedRef { entry in
      guard entry.isPlain else { return .success(nil) }
      var values = takeRoom()
      defer { giveBack(&values) }
      arguments(&values)
      do throws(DatabaseError) {
        if sql.parameters.isEmpty { return .success(try exec(entry, values, admit)) }
        // Values in both places are a mistake, which the long way reports.
        guard values.isEmpty else { return .success(nil) }
        return .success(try exec(entry, sql.parameters, admit))
      } catch {
        return .failure(error)
      }
    }
  }

  @inline(__always)
  private func exec(
    _ entry: StatementCache.Entry, _ values: [Value],
    _ admit: (StatementText) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> ExecResult? {
    guard values.count == entry.text.parameterCount else { return nil }
    try admit(entry.text)
    return try plainly(entry.text) { () throws(DatabaseError) -> ExecResult? in
      try entry.statement.execWithoutWaiting(values)
    }
  }

  // Room that is used again: allocating and freeing an array costs a fiftieth of a point select.
  @inline(__always)
  private func takeRoom() -> [Value] {
    var values: [Value] = []
    swap(&values, &room)
    return values
  }

  @inline(__always)
  private func giveBack(_ values: inout [Value]) {
    // Not removeAll(keepingCapacity:), which is made for more than a handful.
    if values.count > 16 { return }
    while !values.isEmpty { values.removeLast() }
    swap(&values, &room)
  }
}
