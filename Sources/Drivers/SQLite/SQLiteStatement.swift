import CSQLite
import DriverAPI

/// A prepared statement, and the rows of its execution: one object, because a connection runs one
/// statement at a time and the hot path should not allocate.
///
/// `@unchecked Sendable`: it shares its connection's lease.
final class SQLiteStatement: DriverStatement, @unchecked Sendable {
  let handle: OpaquePointer
  let connection: SQLiteConnection
  let text: StatementText
  private(set) var columns: ColumnList
  private var columnCount = 0
  /// What the step made by ``query(_:)`` found, not handed out yet.
  private var firstStep: RowStep?
  private var stepsUntilPause = SQLiteStatement.stepsPerSlice
  private var reprepareCount: Int32 = 0
  private var boundBytes = 0
  // Its outcome would be unknown, and it is short.
  private let endsTransaction: Bool

  // About a millisecond of rows; then other tasks get the thread.
  private static let stepsPerSlice = 4096

  init(
    _ text: StatementText, on connection: SQLiteConnection, isKept: Bool
  ) throws(DatabaseError) {
    var handle: OpaquePointer?
    var sql = text.text
    let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    let result = sql.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        sqlite3_prepare_v3(
          connection.handle, characters.baseAddress, Int32(clamping: utf8.count), flags, &handle,
          nil)
      }
    }
    guard result == SQLITE_OK else { throw connection.prepareError(result, text) }
    guard let handle else {
      throw .misuse("the text holds no statement, only white space or comments")
    }
    self.handle = handle
    self.connection = connection
    self.text = text
    endsTransaction = ["COMMIT", "END", "ROLLBACK", "RELEASE"].contains(text.leadingKeyword)
    columns = Self.readColumns(handle)
    columnCount = columns.count
  }

  var parameterCount: Int? { Int(sqlite3_bind_parameter_count(handle)) }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if let result = try execWithoutWaiting(parameters) { return result }
    defer { rewind() }
    return try await connection.retryingWhileBusy { () throws(DatabaseError) in
      sqlite3_reset(handle)
      let result = run()
      guard result == SQLITE_DONE else { throw failure(result) }
      return outcome()
    }
  }

  func execWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> ExecResult? {
    try bind(parameters)
    connection.heedsCancellation = !endsTransaction
    let result = run()
    if result == SQLITE_DONE {
      let outcome = outcome()
      rewind()
      return outcome
    }
    // The parameters stay bound for the next try.
    if SQLiteCode.canWait(Int(result)) { return nil }
    defer { rewind() }
    throw failure(result)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    if let rows = try queryWithoutWaiting(parameters) { return rows }
    do throws(DatabaseError) {
      let result = try await connection.retryingWhileBusy { () throws(DatabaseError) in
        sqlite3_reset(handle)
        let result = sqlite3_step(handle)
        guard result == SQLITE_ROW || result == SQLITE_DONE else { throw failure(result) }
        return result
      }
      stand(before: result)
      return self
    } catch {
      rewind()
      throw error
    }
  }

  func queryWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> (any DriverRows)? {
    try bind(parameters)
    connection.heedsCancellation = true
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW || result == SQLITE_DONE {
      stand(before: result)
      return self
    }
    if SQLiteCode.canWait(Int(result)) { return nil }
    defer { rewind() }
    throw failure(result)
  }

  private func stand(before result: Int32) {
    firstStep = result == SQLITE_ROW ? .row : .done
    refreshColumns()
  }

  private func run() -> Int32 {
    var result = sqlite3_step(handle)
    while result == SQLITE_ROW { result = sqlite3_step(handle) }
    return result
  }

  func finalize() {
    sqlite3_finalize(handle)
  }

  private func failure(_ code: Int32) -> DatabaseError {
    connection.executionError(code, self)
  }

  private func outcome() -> ExecResult {
    switch text.leadingKeyword {
    case "INSERT", "REPLACE":
      let count = Int(sqlite3_changes64(connection.handle))
      let id = count > 0 ? sqlite3_last_insert_rowid(connection.handle) : nil
      return ExecResult(rowCount: count, lastInsertID: id)
    case "UPDATE", "DELETE":
      return ExecResult(rowCount: Int(sqlite3_changes64(connection.handle)))
    case "WITH" where sqlite3_stmt_readonly(handle) == 0:
      return ExecResult(rowCount: Int(sqlite3_changes64(connection.handle)))
    default:
      // For anything else the counter still holds what an earlier statement left there.
      return ExecResult(rowCount: 0)
    }
  }

  /// Makes the statement ready for its next execution and lets go of locks and large parameters.
  func rewind() {
    sqlite3_reset(handle)
    if boundBytes > 4096 { sqlite3_clear_bindings(handle) }
    boundBytes = 0
  }

  func noteBound(bytes: Int) {
    boundBytes += bytes
  }

  // SQLite prepares a statement again by itself when the schema has changed, and then `SELECT *` may
  // have other columns. [STMT-1]
  private func refreshColumns() {
    let count = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
    if count == reprepareCount { return }
    reprepareCount = count
    columns = Self.readColumns(handle)
    columnCount = columns.count
  }

  private static func readColumns(_ handle: OpaquePointer) -> ColumnList {
    ColumnList(
      (0..<sqlite3_column_count(handle)).map { index in
        Column(
          name: sqlite3_column_name(handle, index).map { String(cString: $0) } ?? "",
          typeName: sqlite3_column_decltype(handle, index).map { String(cString: $0) })
      })
  }
}

extension SQLiteStatement: DriverRows {
  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    if let first = firstStep {
      firstStep = nil
      if first == .row { fill(cells) }
      return first
    }
    stepsUntilPause -= 1
    if stepsUntilPause == 0 { return .wait }
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW {
      fill(cells)
      return .row
    }
    if result == SQLITE_DONE { return .done }
    throw failure(result)
  }

  func wait() async throws(DatabaseError) {
    stepsUntilPause = Self.stepsPerSlice
    await Task.yield()
  }

  func close() {
    firstStep = nil
    stepsUntilPause = Self.stepsPerSlice
    rewind()
  }

  @inline(__always)
  private func fill(_ cells: UnsafeMutableBufferPointer<Cell>) {
    for index in 0..<columnCount {
      let value = sqlite3_column_value(handle, Int32(truncatingIfNeeded: index))
      cells[index] = Self.cell(value)
    }
  }

  @inline(__always)
  private static func cell(_ value: OpaquePointer?) -> Cell {
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER:
      return Cell(kind: .int, bits: UInt64(bitPattern: sqlite3_value_int64(value)))
    case SQLITE_FLOAT:
      return Cell(kind: .double, bits: sqlite3_value_double(value).bitPattern)
    case SQLITE_TEXT:
      // The pointer first: asking for the count first would measure another encoding.
      let bytes = UInt(bitPattern: sqlite3_value_text(value))
      return Cell(kind: .text, count: sqlite3_value_bytes(value), bits: UInt64(bytes))
    case SQLITE_BLOB:
      let bytes = UInt(bitPattern: sqlite3_value_blob(value))
      return Cell(kind: .bytes, count: sqlite3_value_bytes(value), bits: UInt64(bytes))
    default:
      return .null
    }
  }
}
