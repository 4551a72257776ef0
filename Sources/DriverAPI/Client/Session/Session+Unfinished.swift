/// What becomes of a statement whose rows nobody reads to the end. One that surely only reads is cut off;
/// any other runs to its end, so that leaving its rows undoes nothing, and what fails at its end (a
/// deferred constraint, a commit that finds no room) is told. [QUERY-7, QUERY-9]
extension Session {
  /// Hands the row that was stepped to on, then runs the statement to its end.
  ///
  /// - Throws: what the statement threw at its end; otherwise what `body` threw, as an error of a
  ///   statement that has run.
  func complete(
    _ rows: any DriverRows, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) {
    var unreadable: DatabaseError?
    do throws(DatabaseError) { try body(currentRow) } catch { unreadable = error }
    try await discardRows(of: rows)
    if let unreadable { throw unreadable.inAnswer }
  }

  /// Takes the rows of a statement that is to be completed before anything else.
  func leaveUnfinished(_ rows: any DriverRows) { unfinished = rows }

  /// Runs the statement to its end whose rows were left.
  ///
  /// - Throws: what it threw.
  func completeUnfinished() async throws(DatabaseError) {
    guard let rows = unfinished else { return }
    unfinished = nil
    defer { close(rows) }
    do throws(DatabaseError) { try await discardRows(of: rows) } catch {
      note(error)
      throw error.with(
        message: "a statement failed after its rows had been left: \(error.message)")
    }
  }

  /// Ends the open rows of somebody who keeps them beyond their scope. [QUERY-8]
  ///
  /// - Throws: what their statement threw at its end.
  func endOpenRows() async throws(DatabaseError) {
    borrower?.takeUnretainedValue().expire()
    if unfinished != nil { try await completeUnfinished() }
  }

  private func discardRows(of rows: any DriverRows) async throws(DatabaseError) {
    // Without its rows too a statement keeps to its timeout, and ends when it is told to.
    try await watched { () async throws(DatabaseError) in
      while true {
        switch try rows.step(into: cells) {
        case .row: continue
        case .wait: try await rows.wait()
        case .done: return
        }
      }
    }
  }
}
