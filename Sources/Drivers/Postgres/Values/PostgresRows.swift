import CPostgres
import DriverAPI

/// The rows of the running statement. One object for each connection, used again and again.
///
/// Rows that the server sends one by one are taken from libpq one by one: what is not read stays in
/// the socket, and the server waits. Besides the row that is lent, one more result is held where it
/// has arrived already: so the end of a small answer, and an error there, is seen before the first
/// row is handed out.
final class PostgresRows: DriverRows {
  // The handle by itself, because on the way to it through the others each is retained.
  private let handle: OpaquePointer
  private let link: PostgresLink
  private unowned let connection: PostgresConnection
  private let scratch = PostgresScratch()
  private var reader: PostgresRowReader
  private var text: StatementText?
  private var shape = PostgresShape.none
  private var status = TransactionStatus.none
  private var current: OpaquePointer?
  private var row: Int32 = 0
  private var rowCount: Int32 = 0
  private var ahead: OpaquePointer?
  private var isComplete = true
  private var waitCount: UInt8 = 0

  init(_ connection: PostgresConnection) {
    self.connection = connection
    link = connection.link
    handle = connection.link.handle
    reader = PostgresRowReader(shape, isBinary: true, scratch: scratch)
  }

  var columns: ColumnList { shape.columns }

  /// Stands before the first row of a statement that was sent; `first` is its first result.
  ///
  /// - Parameter status: where the session stood when the statement was sent.
  func begin(
    _ text: StatementText, _ shape: PostgresShape, isBinary: Bool, first: OpaquePointer,
    in status: TransactionStatus
  ) throws(DatabaseError) {
    self.text = text
    self.shape = shape
    self.status = status
    isComplete = false
    reader = PostgresRowReader(shape, isBinary: isBinary, scratch: scratch)
    take(first)
    try lookAhead()
  }

  /// Stands before the first row of a result that is complete; the session is free already.
  func begin(complete result: OpaquePointer, _ shape: PostgresShape, isBinary: Bool) {
    self.shape = shape
    isComplete = true
    reader = PostgresRowReader(shape, isBinary: isBinary, scratch: scratch)
    take(result)
  }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    while true {
      if row < rowCount, let current {
        try reader.read(current, row: row, into: cells)
        row += 1
        return .row
      }
      if let next = ahead {
        ahead = nil
        take(next)
        try lookAhead()
      } else if isComplete {
        return .done
      } else if PQisBusy(handle) != 0 {
        return .wait
      } else {
        try advance()
      }
    }
  }

  func wait() async throws(DatabaseError) {
    // A server that is faster than its reader would keep the thread up to the last row.
    waitCount &+= 1
    if waitCount.isMultiple(of: 4) { await Task.yield() }
    if PQconsumeInput(handle) != 0, PQisBusy(handle) == 0 { return }
    let link = link
    let outcome: Result<Void, DatabaseError> = await withTaskCancellationHandler {
      do throws(DatabaseError) { return .success(try await link.receive()) } catch {
        return .failure(error)
      }
    } onCancel: {
      link.cancellation.request()
    }
    try outcome.get()
  }

  func close() {
    clear()
    if !isComplete, let text { connection.abandon(text, in: status) }
    isComplete = true
  }

  private func take(_ result: OpaquePointer) {
    PQclear(current)
    current = result
    row = 0
    rowCount = PQntuples(result)
  }

  private func clear() {
    PQclear(current)
    PQclear(ahead)
    current = nil
    ahead = nil
    rowCount = 0
    row = 0
  }

  private func lookAhead() throws(DatabaseError) {
    if !isComplete, PQisBusy(handle) == 0 { try advance() }
  }

  /// Fetches the next result, which has arrived.
  private func advance() throws(DatabaseError) {
    guard let result = PQgetResult(handle) else {
      isComplete = true
      return
    }
    let status = PQresultStatus(result)
    if dovetail_is_partial(status) != 0 {
      ahead = result
      return
    }
    if status == PGRES_TUPLES_OK {
      if PQntuples(result) > 0 { ahead = result } else { PQclear(result) }
      // What follows is the end, usually in the same packet.
      return try lookAheadForEnd()
    }
    defer { PQclear(result) }
    throw failed(link.error(in: result, of: text))
  }

  private func lookAheadForEnd() throws(DatabaseError) {
    if PQisBusy(handle) == 0 { try advance() }
  }

  private func failed(_ error: DatabaseError) -> DatabaseError {
    // A failure within a transaction spoils it.
    if status == .active { status = .failed }
    return error
  }
}
