import CPostgres
import DriverAPI
import Glibc

/// What the server told about a statement that it prepared.
struct PostgresDescription {
  var parameterTypes: [UInt32] = []
  var shape = PostgresShape.none

  init(_ result: OpaquePointer) {
    parameterTypes = (0..<PQnparams(result)).map { PQparamtype(result, $0) }
    shape = .of(result)
  }
}

extension PostgresConnection {
  /// Reads the answer to a statement that was sent, and discards rows.
  func outcome(of text: StatementText?) async throws(DatabaseError) -> ExecResult {
    var count = 0
    var failure: DatabaseError?
    while let result = try await link.nextResult() {
      defer { PQclear(result) }
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
        count = Self.rowCount(result)
        failure = failure ?? noteSuccess(result, of: text)
      case PGRES_COPY_IN: PQputCopyEnd(link.handle, "the driver copies in bulkInsert only")
      case PGRES_COPY_OUT, PGRES_COPY_BOTH: throw noCopy()
      default: failure = failure ?? link.error(in: result, of: text)
      }
      if let failure, failure.connection == .spent { throw failure }
    }
    try await finish()
    if let failure { throw failure }
    return ExecResult(rowCount: count)
  }

  /// Reads the answer to a statement that was sent, up to its first row.
  ///
  /// What may write is read to its end first: its rows are sent before the transaction commits, and
  /// must not be believed before it has.
  ///
  /// - Parameter shape: the columns; nil takes them from the answer.
  func answer(
    to text: StatementText, _ shape: PostgresShape?, isBinary: Bool
  ) async throws(DatabaseError) -> any DriverRows {
    let status = statusBeforeSending
    if text.isReadOnly { dovetail_stream_rows(link.handle) }
    guard let first = try await link.nextResult() else { throw link.lost() }
    let kind = PQresultStatus(first)
    guard kind == PGRES_TUPLES_OK || kind == PGRES_COMMAND_OK || dovetail_is_partial(kind) != 0
    else { throw try await failure(first, text) }
    let shape = shape ?? .of(first)
    let isPartial = dovetail_is_partial(kind) != 0
    // What is thrown from here on may come with the first row, and more to be read after it.
    do throws(DatabaseError) {
      if isPartial {
        try rows.begin(text, shape, isBinary: isBinary, first: first, in: status)
        try await finish()
      } else {
        rows.begin(complete: first, shape, isBinary: isBinary)
        let failure = noteSuccess(first, of: text)
        try await readEnd(text)
        if let failure { throw failure }
      }
    } catch {
      rows.close()
      throw error
    }
    return rows
  }

  private func readEnd(_ text: StatementText) async throws(DatabaseError) {
    var failure: DatabaseError?
    while let result = try await link.nextResult() {
      failure = failure ?? link.error(in: result, of: text)
      PQclear(result)
    }
    try await finish()
    if let failure { throw failure }
  }

  /// The error that an answer begins with; reads the rest of it.
  private func failure(
    _ result: OpaquePointer, _ text: StatementText
  ) async throws(DatabaseError) -> DatabaseError {
    defer { PQclear(result) }
    let kind = PQresultStatus(result)
    if kind == PGRES_COPY_OUT || kind == PGRES_COPY_BOTH { return noCopy() }
    if kind == PGRES_COPY_IN {
      PQputCopyEnd(link.handle, "the driver copies in bulkInsert only")
    }
    let error = link.error(in: result, of: text)
    if error.connection == .spent { return error }
    try await readEnd(text)
    return error
  }

  private func noCopy() -> DatabaseError {
    DatabaseError(
      .unsupported, "the driver does not copy rows out; use query", connection: .spent)
  }

  /// Looks at what the server says that a statement was; an error if it is not what was sent. [TX-13]
  ///
  /// In a transaction that failed, COMMIT and PREPARE TRANSACTION succeed, as a ROLLBACK.
  func noteSuccess(_ result: OpaquePointer, of text: StatementText?) -> DatabaseError? {
    guard let tag = PQcmdStatus(result) else { return nil }
    schema.note(tag)
    link.demand?.noteSuccess(tag, of: text)
    guard UInt8(bitPattern: tag[0]) == UInt8(ascii: "R"), strcmp(tag, "ROLLBACK") == 0, let text,
      !["ROLLBACK", "ABORT"].contains(text.leadingKeyword)
    else { return nil }
    return DatabaseError(
      .transactionAborted,
      "the server rolled the transaction back instead, because a statement in it had failed")
  }

  /// Rows matched, for the statements that match rows.
  static func rowCount(_ result: OpaquePointer) -> Int {
    guard let tag = PQcmdStatus(result), let digits = PQcmdTuples(result), digits.pointee != 0
    else { return 0 }
    switch UInt8(bitPattern: tag[0]) {
    // INSERT, UPDATE, DELETE
    case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"): break
    // MERGE, and not MOVE
    case UInt8(ascii: "M") where UInt8(bitPattern: tag[1]) == UInt8(ascii: "E"): break
    default: return 0
    }
    return Int(atoll(digits))
  }
}
