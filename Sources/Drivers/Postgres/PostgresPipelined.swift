import CPostgres
import DriverAPI

/// A statement on its way through a pipeline.
///
/// `@unchecked Sendable`: it belongs to whoever works on the pipeline.
final class PostgresPipelined: @unchecked Sendable {
  typealias Outcome = Result<PipelineResult, DatabaseError>

  private let text: StatementText?
  let number: UInt64
  private let continuation: UnsafeContinuation<Outcome, Never>?
  /// What it was prepared as; nil if it runs once.
  var prepared: PostgresPipelineCache.Entry?
  /// Whether it brings the preparing of its statement along.
  var prepares = false
  var isBinary = false
  /// Somebody asked for its end.
  var isUnwanted = false
  private var part = 0
  private var rowCount = 0
  private var firstRow: OpaquePointer?
  private var shape: PostgresShape?
  private var failure: DatabaseError?

  init(
    _ text: StatementText?, _ number: UInt64, _ continuation: UnsafeContinuation<Outcome, Never>?
  ) {
    self.text = text
    self.number = number
    self.continuation = continuation
  }

  deinit {
    PQclear(firstRow)
  }

  /// A place in the queue for a message of the pipeline's own.
  static var unattended: PostgresPipelined { PostgresPipelined(nil, 0, nil) }

  /// The session ended before its answer came.
  func lose(_ error: DatabaseError) { failure = failure ?? error }

  /// A part of its messages is answered: preparing, describing or running.
  func endPart() { part += 1 }

  /// Takes a result; keeps it if it holds the first row.
  func take(_ result: OpaquePointer, _ link: PostgresLink) {
    let status = PQresultStatus(result)
    if prepares, part < 2, status == PGRES_COMMAND_OK {
      if part == 1 { prepared?.learn(.init(result)) }
      PQclear(result)
    } else if status == PGRES_TUPLES_OK || dovetail_is_partial(status) != 0 {
      keepFirstRow(result)
    } else {
      defer { PQclear(result) }
      if status == PGRES_COMMAND_OK { rowCount = PostgresConnection.rowCount(result) }
      if status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE {
        failure = failure ?? link.error(in: result, of: text)
      }
    }
  }

  private func keepFirstRow(_ result: OpaquePointer) {
    if shape == nil { shape = isBinary ? prepared?.shape : .of(result) }
    rowCount = PostgresConnection.rowCount(result)
    if firstRow == nil, PQntuples(result) > 0 { firstRow = result } else { PQclear(result) }
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
