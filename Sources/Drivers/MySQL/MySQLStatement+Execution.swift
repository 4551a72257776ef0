import CMariaDB
import DriverAPI

extension MySQLStatement {
  static let noData = MYSQL_NO_DATA
  /// About a millisecond of rows; then other tasks get the thread.
  static let stepsPerSlice = 4096

  /// Whether the execution answered with rows.
  var hasRows: Bool {
    guard let handle else { return false }
    return handle.pointee.state.rawValue >= MYSQL_STMT_WAITING_USE_OR_STORE.rawValue
      && handle.pointee.field_count > 0
  }

  /// Binds and executes. When it returns, the command is claimed until ``MySQLConnection/leave()``.
  func execute(_ values: [Value]) async throws(DatabaseError) {
    if handle == nil { try await prepareOnServer() }
    if try await attempt(values) { return }
    // The server forgot the statement, or the table has other columns now: nothing has run, or only
    // something that reads.
    finalize()
    try await prepareOnServer()
    if try await attempt(values) { return }
    throw DatabaseError(.other, "the statement's tables change faster than it can be prepared")
  }

  /// Executes once; false if the statement has to be prepared anew.
  private func attempt(_ values: [Value]) async throws(DatabaseError) -> Bool {
    guard let handle else { return false }
    try bind(values, to: handle)
    try await connection.enter()
    await connection.drive {
      mysql_stmt_execute_start(connection.result, handle)
    } resume: {
      mysql_stmt_execute_cont(connection.result, handle, $0)
    }
    parameters.letGo()
    if connection.result.pointee == 0 {
      if hasRows { adoptColumns() }
      return true
    }
    let error = failure()
    await connection.leave()
    switch error.details.nativeCode {
    case MySQLCode.needsPreparing, MySQLCode.unknownStatement: return false
    case Int(CR_NEW_STMT_METADATA) where text.isReadOnly: return false
    default: throw await explained(error)
    }
  }

  private func bind(
    _ values: [Value], to handle: UnsafeMutablePointer<MYSQL_STMT>
  ) throws(DatabaseError) {
    if values.isEmpty { return }
    let byteCount = try parameters.fill(values)
    guard byteCount < connection.maxPacketBytes else {
      throw DatabaseError(
        .dataOutOfRange,
        "the values have \(byteCount) bytes and the server takes \(connection.maxPacketBytes) in one "
          + "statement; raise its max_allowed_packet", execution: .notSent)
    }
    mysql_stmt_bind_param(handle, parameters.binds)
  }

  /// Fetches a row, waiting for it if need be.
  func fetch() async -> Int32 {
    guard let handle else { return Self.noData }
    await connection.drive {
      mysql_stmt_fetch_start(connection.result, handle)
    } resume: {
      mysql_stmt_fetch_cont(connection.result, handle, $0)
    }
    return connection.result.pointee
  }

  /// Reads to the end whatever the execution answers with.
  ///
  /// - Returns: how many rows there were, and what went wrong.
  func dropRows() async -> (rowCount: Int, failure: DatabaseError?) {
    var rowCount = 0
    while true {
      while hasRows {
        let code = await fetch()
        if code == Self.noData { break }
        if code != 0 { return (rowCount, failure()) }
        rowCount += 1
      }
      guard await nextResult() else { return (rowCount, nil) }
      if connection.result.pointee != 0 { return (rowCount, failure()) }
    }
  }

  /// Goes on to the next result of a procedure; false if there is none.
  func nextResult() async -> Bool {
    guard let handle, mysql_stmt_more_results(handle) != 0 else { return false }
    await connection.drive {
      mysql_stmt_next_result_start(connection.result, handle)
    } resume: {
      mysql_stmt_next_result_cont(connection.result, handle, $0)
    }
    return connection.result.pointee >= 0
  }

  /// How many rows the statement matched. [EXEC-1]
  ///
  /// For an insert that updates what exists the server counts 1 for a new row, 2 for a changed one and
  /// 1 for one left as it was, so the sum tells nothing; but an insert of several rows comes with the
  /// numbers of its rows and of those that existed.
  func outcome() -> ExecResult {
    guard let handle else { return ExecResult(rowCount: 0) }
    let affected = mysql_stmt_affected_rows(handle)
    // Of a statement that returns rows, as many as it returns.
    guard affected != .max else { return ExecResult(rowCount: 0) }
    switch text.leadingKeyword {
    case "INSERT", "REPLACE": return insertOutcome(Int(clamping: affected), handle)
    case "UPDATE", "DELETE", "WITH": return ExecResult(rowCount: Int(clamping: affected))
    default: return ExecResult(rowCount: 0)
    }
  }

  private func insertOutcome(
    _ affected: Int, _ handle: UnsafeMutablePointer<MYSQL_STMT>
  ) -> ExecResult {
    let told = mysql_stmt_insert_id(handle)
    if countsNewRows {
      guard let counts = insertCounts else {
        return ExecResult(rowCount: told == Dialect.existingRowMark ? 0 : 1)
      }
      return ExecResult(rowCount: counts.rows - counts.duplicates)
    }
    let rowCount = min(affected, insertCounts?.rows ?? 1)
    return ExecResult(rowCount: rowCount, lastInsertID: told == 0 ? nil : Int64(exactly: told))
  }

  /// `Records: 3  Duplicates: 1  Warnings: 0`, the fixed form of the protocol's info about an insert.
  private var insertCounts: (rows: Int, duplicates: Int)? {
    guard let info = mysql_info(connection.handle.pointer) else { return nil }
    let numbers = String(cString: info).split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
    return numbers.count == 3 ? (numbers[0], numbers[1]) : nil
  }
}

extension StatementText {
  /// Whether it inserts, updates or deletes, so that a row it returns is one it changed.
  var changesRows: Bool {
    ["INSERT", "REPLACE", "UPDATE", "DELETE"].contains(leadingKeyword)
  }
}
