import CMariaDB
import DriverAPI

extension MySQLConnection {
  /// Has the server forget all the session was told, and sets it up anew. [POOL-4]
  func reset() async throws(DatabaseError) {
    statementBegins()
    try await enter()
    await drive {
      mysql_reset_connection_start(result, handle.pointer)
    } resume: {
      mysql_reset_connection_cont(result, handle.pointer, $0)
    }
    preparedGeneration += 1
    if result.pointee == 0, strayed.fromDatabase || !tellsChanges { await selectDatabase() }
    if result.pointee == 0 { await run(sessionSettings) }
    let failed = result.pointee != 0 ? failure() : nil
    await leave()
    if let failed { throw failed }
    // There is no way back to having no database.
    if strayed.fromDatabase {
      throw DatabaseError(
        .misuse, "the URL names no database, and USE chose one", connection: .spent)
    }
  }

  private func selectDatabase() async {
    guard let database = options.database else { return }
    let name = MySQLText(database)
    await drive {
      mysql_select_db_start(result, handle.pointer, name.bytes)
    } resume: {
      mysql_select_db_cont(result, handle.pointer, $0)
    }
    withExtendedLifetime(name) {}
    if result.pointee == 0 { strayed.fromDatabase = false }
  }

  /// Runs a statement by the text protocol; ``result`` tells whether it worked. Its rows are dropped.
  func run(_ sql: String) async {
    await send(sql)
    await dropResults()
  }

  /// Sends a statement by the text protocol; ``result`` tells whether the server took it.
  func send(_ sql: String) async {
    let text = MySQLText(sql)
    await drive {
      mysql_real_query_start(result, handle.pointer, text.bytes, text.count)
    } resume: {
      mysql_real_query_cont(result, handle.pointer, $0)
    }
    withExtendedLifetime(text) {}
  }

  /// Drops the rows of the result at hand, and all results behind it, up to one that failed.
  func dropResults() async {
    while result.pointee == 0 {
      await dropRows()
      if result.pointee != 0 || mysql_more_results(handle.pointer) == 0 { return }
      await nextResult()
    }
  }

  /// Goes on to the next result, of which there is one.
  func nextResult() async {
    await drive {
      mysql_next_result_start(result, handle.pointer)
    } resume: {
      mysql_next_result_cont(result, handle.pointer, $0)
    }
  }

  /// All rows of a query of the driver's own, as texts; nil if the server refused it. For small answers.
  func texts(_ sql: String) async -> [[String?]]? {
    await send(sql)
    guard result.pointee == 0, let rows = await storeRows() else { return nil }
    defer { mysql_free_result(rows) }
    var texts: [[String?]] = []
    while let row = mysql_fetch_row(rows) {
      texts.append((0..<Int(mysql_num_fields(rows))).map { row[$0].map { String(cString: $0) } })
    }
    return texts
  }

  /// Reads the rows of the result at hand into memory; nil if it has none, or failed.
  func storeRows() async -> UnsafeMutablePointer<MYSQL_RES>? {
    let stored = UnsafeMutablePointer<UnsafeMutablePointer<MYSQL_RES>?>.allocate(capacity: 1)
    stored.initialize(to: nil)
    defer { stored.deallocate() }
    await drive {
      mysql_store_result_start(stored, handle.pointer)
    } resume: {
      mysql_store_result_cont(stored, handle.pointer, $0)
    }
    return stored.pointee
  }

  private func dropRows() async {
    guard let rows = mysql_use_result(handle.pointer) else { return }
    let row = UnsafeMutablePointer<MYSQL_ROW?>.allocate(capacity: 1)
    defer { row.deallocate() }
    repeat {
      await drive {
        mysql_fetch_row_start(row, rows)
      } resume: {
        mysql_fetch_row_cont(row, rows, $0)
      }
    } while row.pointee != nil
    if mysql_errno(handle.pointer) != 0 { result.pointee = 1 }
    mysql_free_result(rows)
  }
}
