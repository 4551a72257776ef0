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
    if foreignBinds != nil || generation != connection.preparedGeneration { finalize() }
    if handle == nil { try await prepareOnServer() }
    if try await attempt(values) { return }
    // The server forgot the statement: nothing has run.
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
    if mysql_stmt_errno(handle) == UInt32(CR_NEW_STMT_METADATA) {
      adoptAnswer(of: handle)
      return true
    }
    let error = failure()
    await connection.leave()
    switch error.details.nativeCode {
    case MySQLCode.needsPreparing, MySQLCode.unknownStatement: return false
    default: throw await explained(error)
    }
  }

  /// Goes on with an answer that has another number of columns than the statement was prepared for.
  ///
  /// The server prepared it again by itself and has carried it out; the library compares the numbers
  /// and leaves the rows unread. It has room for each column's value and its description, which are
  /// given to it here; at its next execution the statement is prepared anew. [STMT-3]
  private func adoptAnswer(of handle: UnsafeMutablePointer<MYSQL_STMT>) {
    let mysql = handle.pointee.mysql
    let count = Int(mysql?.pointee.field_count ?? 0)
    let binds = UnsafeMutablePointer<MYSQL_BIND>.allocate(capacity: max(count, 1))
    binds.initialize(repeating: MYSQL_BIND(), count: max(count, 1))
    foreignBinds = binds
    handle.pointee.bind = binds
    handle.pointee.fields = mysql?.pointee.fields
    handle.pointee.field_count = UInt32(count)
    handle.pointee.last_errno = 0
    adoptColumns()
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
}
