import CMariaDB
import DriverAPI

extension MySQLConnection {
  /// Whether the server takes many rows of values in one message: MariaDB does since 10.2.
  var takesArrays: Bool {
    var extended: UInt = 0
    let isKnown = mariadb_get_info(
      handle.pointer, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &extended)
    let bulk = UInt(MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)
    return isKnown == 0 && mariadb_connection(handle.pointer) != 0 && extended & bulk != 0
  }
}

extension MySQLStatement {
  /// Whether it may run with many sets of parameters in one message: an insert of rows that are new, whose
  /// count follows from the sum.
  var runsManyAtOnce: Bool {
    text.leadingKeyword == "INSERT" && text.parameterCount > 0 && isPlainInsert
      && connection.takesArrays
  }

  func execMany(_ sets: [[Value]]) async throws(DatabaseError) -> [ExecResult] {
    if let results = try await connection.insertMany(text, sets) { return results }
    return try await execOneByOne(sets)
  }

  /// Inserts as many rows as the arrays hold, with one message; answers with how many those were.
  func insert(
    _ rows: ArraySlice<[Value]>, _ arrays: MySQLArrays
  ) async throws(DatabaseError) -> Int {
    guard let handle else { return 0 }
    arrays.fill(rows)
    var rowCount = UInt32(rows.count)
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &rowCount)
    mysql_stmt_bind_param(handle, arrays.binds)
    try await connection.enter()
    await connection.drive {
      mysql_stmt_execute_start(connection.result, handle)
    } resume: {
      mysql_stmt_execute_cont(connection.result, handle, $0)
    }
    let failed = connection.result.pointee != 0 ? failure() : nil
    let count = Int(clamping: mysql_stmt_affected_rows(handle))
    var none: UInt32 = 0
    mysql_stmt_attr_set(handle, STMT_ATTR_ARRAY_SIZE, &none)
    await connection.leave()
    if let failed { throw await connection.refreshed(failed) }
    return count
  }

  /// Refuses what the server would bend, with the row it stands in.
  func checkFinite(_ rows: [[Value]]) throws(DatabaseError) {
    for (index, row) in rows.enumerated() {
      for case .double(let double) in row where !double.isFinite {
        throw DatabaseError.unsupported(
          "a value is \(double.isNaN ? "NaN" : "infinite"), which a DOUBLE of this server cannot "
            + "hold; store it as text"
        ).atRow(index)
      }
    }
  }
}
