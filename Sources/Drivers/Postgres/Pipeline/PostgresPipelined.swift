import CPostgres
import DriverAPI

/// A statement on its way through a pipeline.
///
/// `@unchecked Sendable`: it belongs to whoever works on the pipeline.
final class PostgresPipelined: @unchecked Sendable {
  typealias Outcome = Result<PipelineResult, DatabaseError>

  let text: StatementText?
  let number: UInt64
  /// Who waits for it; nil for a message of the pipeline's own.
  var continuation: UnsafeContinuation<Outcome, Never>?
  /// What it was prepared as; nil if it runs once.
  var prepared: PostgresPipelineCache.Entry?
  /// Whether it is prepared and run in one go that no change of the schema can come between, and not kept.
  var runsOnce = false
  /// Whether it brings the preparing of its statement along.
  var prepares = false
  var isBinary = false
  /// Somebody asked for its end.
  var isUnwanted = false
  /// A request to cancel was under way while it was at the server: it may be the one that was hit.
  var mayHaveBeenHit = false
  /// What it is to run with as soon as the types are known, which it was sent to find out.
  var waitingValues: [Value]?
  private var part = 0
  private var rowCount = 0
  private var firstRow: OpaquePointer?
  private var shape: PostgresShape?
  private var failure: DatabaseError?

  init(_ text: StatementText?, _ number: UInt64) {
    self.text = text
    self.number = number
  }

  deinit {
    PQclear(firstRow)
  }

  /// A place in the queue for a message of the pipeline's own.
  static var unattended: PostgresPipelined { PostgresPipelined(nil, 0) }

  /// The session ended before its answer came.
  func lose(_ error: DatabaseError) { failure = failure ?? error }

  /// The types are known that it has waited for: it can be sent, with the values that this answers with.
  ///
  /// Nil if it has not waited, or if preparing it failed.
  func endWaiting() -> [Value]? {
    guard let values = waitingValues, failure == nil else { return nil }
    waitingValues = nil
    prepares = false
    part = 0
    return values
  }

  /// A part of its messages is answered: preparing, describing or running.
  func endPart() { part += 1 }

  /// Whether its rows come next, behind the parts that have prepared and described it.
  var awaitsRows: Bool { prepares && part == 2 }

  /// Takes a result; keeps it if it holds the first row.
  ///
  /// - Parameter wasAsked: whether the server was asked to stop this statement or a neighbour.
  func take(_ result: OpaquePointer, _ link: PostgresLink, wasAsked: Bool) {
    let status = PQresultStatus(result)
    if prepares, part < 2, status == PGRES_COMMAND_OK {
      if part == 1 { prepared?.learn(.init(result)) }
      PQclear(result)
    } else if status == PGRES_TUPLES_OK || dovetail_is_partial(status) != 0 {
      keepFirstRow(result)
    } else {
      defer { PQclear(result) }
      switch status {
      case PGRES_COMMAND_OK: rowCount = PostgresConnection.rowCount(result)
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
        failure = failure ?? link.error(in: result, of: text, wasAsked: wasAsked)
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: failure = PostgresLink.noCopy()
      default: break
      }
    }
  }

  private func keepFirstRow(_ result: OpaquePointer) {
    if shape == nil { shape = isBinary ? prepared?.shape : .of(result) }
    rowCount = PostgresConnection.rowCount(result)
    if firstRow == nil, PQntuples(result) > 0 { firstRow = result } else { PQclear(result) }
  }

  /// Whether it failed because its prepared statement is out of date, and should be prepared again.
  ///
  /// Not if that was done just now: then the error is its own. Asked when it has ended.
  func mayBeOutdated(_ error: DatabaseError) -> Bool {
    guard let staleness = PostgresStaleness(error), error.connection == .usable else {
      return false
    }
    return staleness == .certain || prepared?.isRecent == false
  }

  /// The error that ends the whole session, if it has one.
  var fatal: DatabaseError? { failure?.connection == .spent ? failure : nil }

  /// Resumes its task. Not under the lock.
  func finish() {
    if let failure { return fail(failure) }
    var result = PipelineResult(exec: ExecResult(rowCount: rowCount))
    if let row = firstRow, let shape {
      result.firstRow = PostgresFirstRow(row, shape, isBinary: isBinary)
      firstRow = nil
    }
    continuation?.resume(returning: .success(result))
  }

  private func fail(_ error: DatabaseError) { continuation?.resume(returning: .failure(error)) }
}

/// A row that has arrived, with the result it lies in.
///
/// `@unchecked Sendable`: used by one task at a time.
final class PostgresFirstRow: DriverRows, @unchecked Sendable {
  private var result: OpaquePointer?
  private let shape: PostgresShape
  private let isBinary: Bool
  private var scratch: PostgresScratch?
  private var isRead = false

  init(_ result: OpaquePointer, _ shape: PostgresShape, isBinary: Bool) {
    self.result = result
    self.shape = shape
    self.isBinary = isBinary
  }

  deinit {
    close()
  }

  var columns: ColumnList { shape.columns }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    guard let result, !isRead else { return .done }
    isRead = true
    let scratch = PostgresScratch()
    self.scratch = scratch
    let reader = PostgresRowReader(shape, isBinary: isBinary, scratch: scratch)
    try reader.read(result, row: 0, into: cells)
    return .row
  }

  func wait() async throws(DatabaseError) {}

  func close() {
    PQclear(result)
    result = nil
  }
}
