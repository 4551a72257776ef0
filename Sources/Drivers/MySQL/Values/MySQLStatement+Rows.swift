import CMariaDB
import DriverAPI

extension MySQLStatement: DriverRows {
  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    switch progress {
    case .open: break
    case .fetched(let step):
      progress = step == .row ? .open : .closed
      if step == .row { fill(cells) }
      return step
    case .suspended, .trailing, .failed: return .wait
    case .closed: return .done
    }
    guard let handle else { return .done }
    stepsUntilPause -= 1
    if stepsUntilPause <= 0 { return .wait }
    connection.tls?.forgetErrors()
    let wanted = mysql_stmt_fetch_start(connection.result, handle)
    if wanted == 0, connection.result.pointee == 0 {
      fill(cells)
      return .row
    }
    return rowlessStep(wanted)
  }

  private func rowlessStep(_ wanted: Int32) -> RowStep {
    if wanted != 0 {
      progress = .suspended(wanted)
      return .wait
    }
    if connection.result.pointee == Self.noData, !hasTrailingResults {
      progress = .closed
      connection.noteStatus()
      return .done
    }
    // What has to be asked of the server is asked by wait().
    progress = connection.result.pointee == Self.noData ? .trailing : .failed
    return .wait
  }

  func wait() async throws(DatabaseError) {
    stepsUntilPause = Self.stepsPerSlice
    switch progress {
    case .suspended(let wanted): try await resume(wanted)
    case .trailing: try await endRows()
    case .failed: throw await thrownFailure()
    case .open, .fetched, .closed: await Task.yield()
    }
  }

  /// Waits for the rest of a row. Cancelled, it leaves the fetch as it is, for ``close()``.
  private func resume(_ wanted: Int32) async throws(DatabaseError) {
    guard let handle else { return }
    var wanted = wanted
    while wanted != 0 {
      guard let ready = await connection.readyUnlessCancelled(for: wanted) else {
        progress = .suspended(wanted)
        throw await stopped(suspended: wanted)
      }
      connection.tls?.forgetErrors()
      wanted = mysql_stmt_fetch_cont(connection.result, handle, ready)
    }
    switch connection.result.pointee {
    case 0: progress = .fetched(.row)
    case Self.noData: try await endRows()
    default: throw await thrownFailure()
    }
  }

  func close() {
    switch progress {
    case .closed, .fetched(.done): progress = .closed
    case .suspended(let wanted): leaveRest(suspended: wanted)
    case .open, .fetched, .trailing, .failed: closeInline()
    }
  }

  /// Reads off what the library has at hand; the rest is left to a task of its own.
  private func closeInline() {
    guard let handle else { return }
    if case .failed = progress { return leaveRest(suspended: 0, hasFailed: true) }
    connection.tls?.forgetErrors()
    for _ in 0..<Self.rowsReadOffInline {
      let wanted = mysql_stmt_fetch_start(connection.result, handle)
      if wanted != 0 { return leaveRest(suspended: wanted) }
      if connection.result.pointee == 0 { continue }
      if connection.result.pointee == Self.noData, !hasTrailingResults {
        progress = .closed
        return connection.noteStatus()
      }
      break
    }
    leaveRest(suspended: 0)
  }

  private static let rowsReadOffInline = 128

  private func thrownFailure() async -> DatabaseError {
    let failure = failure()
    progress = .closed
    connection.noteStatus()
    return await explained(failure)
  }

  var hasTrailingResults: Bool { handle.map { mysql_stmt_more_results($0) != 0 } ?? false }

  /// Reads what a procedure answers behind its rows, such as more rows and its status; what went
  /// wrong in it. [QUERY-3]
  func restOfAnswer() async -> DatabaseError? {
    let failure = hasTrailingResults ? await dropRows().failure : nil
    connection.noteAnswer()
    return failure
  }

  /// Ends the rows with what stands behind them; a procedure may run for long before it says so.
  private func endRows() async throws(DatabaseError) {
    progress = .fetched(.done)
    guard hasTrailingResults else { return connection.noteAnswer() }
    connection.interruption.resume()
    let failure = await withTaskCancellationHandler {
      await restOfAnswer()
    } onCancel: {
      connection.interruption.request()
    }
    await connection.leave()
    guard let failure else { return }
    progress = .closed
    throw await explained(failure)
  }
}
