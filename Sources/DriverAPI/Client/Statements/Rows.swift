/// The rows of a running query, read one at a time and borrowed.
///
/// Cannot be copied or shared, so that the compiler knows when a row ends: bytes borrowed from
/// ``row`` cannot outlive the next step. The connection is free as soon as the rows end, fail, are
/// closed or go out of scope, whichever comes first. [QUERY-3, ROW-2]
///
/// ```swift
/// var rows = try await db.query("SELECT id, name FROM users")
/// while try await rows.next() {
///   let row = rows.row
///   let name = try row.utf8(1)
///   print(try row.decode(0, as: Int64.self), name.count)
/// }
/// ```
public struct Rows: ~Copyable {
  // Closes itself when this, its only owner, goes.
  @usableFromInline let cursor: RowCursor

  init(_ cursor: RowCursor) {
    self.cursor = cursor
  }

  /// The columns, known even when there are no rows. [QUERY-1]
  public var columns: ColumnList { cursor.columns }

  /// Steps to the next row; false when there are no more.
  ///
  /// - Throws: ``DatabaseError``, once; after it the rows are closed. [QUERY-4]
  @inlinable
  public mutating func next() async throws(DatabaseError) -> Bool {
    try await cursor.next()
  }

  /// The row that ``next()`` stepped to; borrowed until the next step.
  ///
  /// Reading it before the first step, or after the last, is a mistake of the program and traps.
  @inlinable
  public var row: Row {
    @_lifetime(borrow self)
    get { _overrideLifetime(cursor.row, borrowing: self) }
  }

  /// Hands every row to `body`: the fastest way through a large result.
  ///
  /// - Throws: what `body` throws, or ``DatabaseError``; the rows are closed either way.
  @inlinable
  public consuming func forEach(_ body: (borrowing Row) throws -> Void) async throws {
    try await cursor.forEach(body)
  }

  /// Hands the query on to another owner.
  @usableFromInline
  consuming func release() -> RowCursor { cursor }

  /// Ends the query before its rows are read to the end. A statement that may write is run to its end,
  /// at the latest before the connection's next one, which then throws what it ended with.
  public consuming func close() {
    cursor.close()
  }
}
