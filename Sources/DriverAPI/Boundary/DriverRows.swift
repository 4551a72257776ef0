/// The rows of one running statement.
///
/// Stepping is synchronous and only waiting is asynchronous, so that a row costs one plain call.
/// The connection runs nothing else until ``close()``.
public protocol DriverRows: AnyObject {
  /// The columns, known even when there are no rows. [QUERY-1]
  ///
  /// Fixed from the moment `query` returned. Asked once per statement: keep the list with the
  /// statement instead of making it anew.
  var columns: ColumnList { get }

  /// Writes the next row into `cells`, which holds one cell per column.
  ///
  /// Called until it answers `.done` or throws, then never again. Pointers put into the cells must
  /// stay valid until the next `step`, ``wait()`` or ``close()``, and no longer: the core lends them
  /// to the application under the compiler's guard. [ROW-2] Answer `.wait` when the row is not at
  /// hand, or after a long stretch of work so that other tasks get the thread.
  ///
  /// - Throws: ``DatabaseError``, once; the core then calls `close`. [QUERY-4]
  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep

  /// Returns when `step` can make progress again. Called only after `.wait`.
  func wait() async throws(DatabaseError)

  /// Ends the statement, also in the middle of its rows. Called exactly once; cannot fail. [QUERY-3]
  ///
  /// Called in mid-rows only where the statement surely only reads, or has failed: any other the core
  /// steps to its end first, so that it is not undone and what fails there is told. [QUERY-7, QUERY-9]
  /// What takes time, such as reading off what the server has already sent, is left to the next call
  /// on the connection.
  func close()
}

/// What a step found.
public enum RowStep: Sendable, Hashable {
  /// The cells hold a row.
  case row
  /// There are no more rows.
  case done
  /// Call ``DriverRows/wait()``, then step again.
  case wait
}
