import CSQLite
import DriverAPI

/// A statement that writes, has rows, and commits by itself: what fails at its end, behind its last row,
/// is its failure.
extension SQLiteStatement {
  /// Whether its rows are read ahead: nothing waits for a lock at the end of a statement that stands in
  /// a transaction.
  var readsAhead: Bool { writes && sqlite3_get_autocommit(connection.handle) != 0 }

  /// Runs it to its end, or to the limit; nil if it met a lock, and has done nothing then.
  func writtenRowsWithoutWaiting() throws(DatabaseError) -> (any DriverRows)? {
    let result = readAhead()
    if result == SQLITE_ROW || result == SQLITE_DONE { return writtenRows }
    if letWait(result) { return nil }
    defer { rewind() }
    throw failure(result)
  }

  /// Runs it once more, after a lock was waited for.
  func writtenRowsAgain() throws(DatabaseError) -> any DriverRows {
    let result = readAhead()
    guard result == SQLITE_ROW || result == SQLITE_DONE else { throw failure(result) }
    return writtenRows
  }

  /// Answers with DONE if the statement has come to its end, and then leaves it at its start; with ROW if
  /// there are more rows than are read ahead.
  private func readAhead() -> Int32 {
    writtenRows.removeAll()
    var result = sqlite3_step(handle)
    refreshColumns()
    while result == SQLITE_ROW {
      writtenRows.append()
      if writtenRows.isFull { return result }
      result = sqlite3_step(handle)
    }
    if result == SQLITE_DONE {
      writtenRows.end()
      rewind()
    }
    return result
  }
}
