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
  private(set) var columnCount = 0
  /// How far one value of a row lies behind the one before it, in bytes; 0 if that is not known.
  var valueStride = 0
  /// What the step made by ``query(_:)`` found, not handed out yet.
  var firstStep: RowStep?
  var stepsUntilPause = SQLiteStatement.stepsPerSlice
  private var reprepareCount: Int32 = 0
  private var boundBytes = 0
  /// The id of the session's last insert when this execution began.
  private(set) var earlierRowID: Int64 = 0
  /// How the ids of its rows are known; nil until that is asked.
  var insertedID: SQLiteInsertedID?
  /// Whether it changes the database.
  let writes: Bool
  private(set) lazy var writtenRows = SQLiteWrittenRows(of: self)
  /// Whether it is there for more than one execution.
  let isKept: Bool
  /// Where its parameters are stored, and how often it had been prepared again when that was found out.
  var parameterStorage: (preparation: Int32, schema: String?, storage: SQLiteParameterStorage)?
  /// A bit for every parameter, by its number modulo 64, that may be stored in a column of text.
  var storesInText = UInt64.max
  // Its outcome would be unknown, and it is short.
  private let endsTransaction: Bool

  // About a millisecond of rows; then other tasks get the thread.
  static let stepsPerSlice = 4096

  init(
    _ text: StatementText, on connection: SQLiteConnection, isKept: Bool
  ) throws(DatabaseError) {
    var handle: OpaquePointer?
    var sql = text.text
    var rest = ""
    let flags = isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0
    let result = sql.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        var tail: UnsafePointer<CChar>?
        let result = sqlite3_prepare_v3(
          connection.handle, characters.baseAddress, Int32(clamping: utf8.count), flags, &handle,
          &tail)
        if let tail, let first = characters.baseAddress, tail - first < utf8.count {
          rest = String(decoding: utf8[(tail - first)...], as: UTF8.self)
        }
        return result
      }
    }
    guard result == SQLITE_OK else { throw connection.prepareError(result, text) }
    guard let handle else {
      throw .misuse("the text holds no statement, only white space or comments")
    }
    do throws(DatabaseError) {
      try Self.check(handle, rest: rest, connection.role)
    } catch {
      sqlite3_finalize(handle)
      throw error
    }
    self.handle = handle
    self.connection = connection
    self.text = text
    self.isKept = isKept
    writes = sqlite3_stmt_readonly(handle) == 0
    endsTransaction = ["COMMIT", "END", "ROLLBACK", "RELEASE"].contains(text.leadingKeyword)
    columns = Self.readColumns(handle)
    columnCount = columns.count
  }

  // What SQLite itself found out, where the core could only read the text.
  private static func check(
    _ handle: OpaquePointer, rest: String, _ role: ConnectionRole
  ) throws(DatabaseError) {
    // It prepares the first statement and would forget the others. [EXEC-3]
    if !rest.isEmpty, try !Dialect.sqlite.statements(in: rest).isEmpty {
      throw .misuse("SQLite finds more than one statement in the text; run scripts with execScript")
    }
    // [READ-2]
    if role == .reader, sqlite3_stmt_readonly(handle) == 0 {
      throw DatabaseError(
        .readOnly, "the statement may write, and its connection only reads", execution: .notSent)
    }
  }

  var parameterCount: Int? { Int(sqlite3_bind_parameter_count(handle)) }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if let result = try execWithoutWaiting(parameters) { return result }
    defer { rewind() }
    return try await connection.retryingWhileBusy { () throws(DatabaseError) in
      sqlite3_reset(handle)
      let result = withExtendedLifetime(parameters) { run() }
      guard result == SQLITE_DONE else { throw failure(result) }
      return outcome()
    }
  }

  func execWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> ExecResult? {
    try bind(parameters, areKept: true)
    connection.heedsCancellation = !endsTransaction
    let result = withExtendedLifetime(parameters) { run() }
    if result == SQLITE_DONE {
      let outcome = outcome()
      rewind()
      return outcome
    }
    if letWait(result) { return nil }
    defer { rewind() }
    throw failure(result)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    if let rows = try queryWithoutWaiting(parameters) { return rows }
    do throws(DatabaseError) {
      return try await connection.retryingWhileBusy { () throws(DatabaseError) in
        sqlite3_reset(handle)
        if readsAhead { return try writtenRowsAgain() }
        let result = sqlite3_step(handle)
        guard result == SQLITE_ROW || result == SQLITE_DONE else { throw failure(result) }
        stand(before: result)
        return self
      }
    } catch {
      rewind()
      throw error
    }
  }

  @inline(__always)
  func queryWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> (any DriverRows)? {
    try bind(parameters)
    connection.heedsCancellation = true
    if readsAhead { return try writtenRowsWithoutWaiting() }
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW || result == SQLITE_DONE {
      stand(before: result)
      return self
    }
    if letWait(result) { return nil }
    defer { rewind() }
    throw failure(result)
  }

  /// Whether the statement met a lock that can be waited for. Puts it back to its start then: a
  /// statement that failed takes no parameters before. They stay bound for the next try.
  func letWait(_ result: Int32) -> Bool {
    guard SQLiteCode.canWait(Int(result)) else { return false }
    // Tells the error once more, nothing new.
    sqlite3_reset(handle)
    return true
  }

  private func stand(before result: Int32) {
    firstStep = result == SQLITE_ROW ? .row : .done
    refreshColumns()
    if valueStride == 0, result == SQLITE_ROW { measureStride() }
  }

  private func run() -> Int32 {
    earlierRowID = sqlite3_last_insert_rowid(connection.handle)
    var result = sqlite3_step(handle)
    while result == SQLITE_ROW { result = sqlite3_step(handle) }
    return result
  }

  func finalize() {
    sqlite3_finalize(handle)
  }

  func failure(_ code: Int32) -> DatabaseError {
    connection.executionError(code, self)
  }

  private func outcome() -> ExecResult {
    switch text.leadingKeyword {
    case "INSERT", "REPLACE":
      let count = Int(sqlite3_changes64(connection.handle))
      return ExecResult(rowCount: count, lastInsertID: count > 0 ? lastInsertedID() : nil)
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
  @inline(__always)
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
  func refreshColumns() {
    let count = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
    if count == reprepareCount { return }
    reprepareCount = count
    valueStride = 0
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
