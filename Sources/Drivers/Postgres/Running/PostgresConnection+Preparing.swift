import CPostgres
import DriverAPI

/// Preparing goes through libpq's pipeline mode: several messages, one round trip.
extension PostgresConnection {
  /// Prepares a statement under a name, and asks for the types of its parameters and columns.
  func describe(
    _ text: StatementText, as name: String
  ) async throws(DatabaseError) -> PostgresDescription {
    let first = try enterPipeline()
    var isSent = PQsendPrepare(link.handle, name, text.text, 0, nil) != 0
    isSent = isSent && PQsendDescribePrepared(link.handle, name) != 0
    let reply = try await replies(to: text, isSent: isSent, from: first)
    guard let description = reply.description else { throw link.lost() }
    return description
  }

  /// Prepares a statement, asks for its types and runs it, all in one round trip.
  func describeAndRun(
    _ text: StatementText, as name: String, _ values: [Value]
  ) async throws(DatabaseError) -> (PostgresDescription, ExecResult) {
    try parameters.fill(values, types: [])
    let first = try enterPipeline()
    let types = PostgresStatement.types(of: values)
    var isSent = PQsendPrepare(link.handle, name, text.text, Int32(types.count), types) != 0
    isSent = isSent && PQsendDescribePrepared(link.handle, name) != 0
    isSent =
      isSent
      && PQsendQueryPrepared(
        link.handle, name, Int32(parameters.count), parameters.addresses, parameters.lengths,
        parameters.formats, 0) != 0
    let reply = try await replies(to: text, isSent: isSent, from: first)
    guard let description = reply.description else { throw link.lost() }
    return (description, ExecResult(rowCount: reply.rowCount))
  }

  private struct Reply {
    var description: PostgresDescription?
    var rowCount = 0
  }

  /// Begins a pipeline, with the names to be given up in front; answers how many those are.
  private func enterPipeline() throws(DatabaseError) -> Int {
    guard PQenterPipelineMode(link.handle) != 0 else { throw link.lost(.notSent) }
    // In a transaction that failed, giving up names would fail too.
    guard transactionStatus == .none, !discarded.isEmpty else { return 0 }
    let names = discarded
    discarded.removeAll()
    for name in names {
      guard dovetail_send_close(link.handle, name, "DEALLOCATE \(name)") != 0 else {
        throw link.lost(.notSent)
      }
    }
    // A transaction of their own, so that a failure stops nothing else.
    guard dovetail_pipeline_sync(link.handle) != 0 else { throw link.lost(.notSent) }
    return names.count
  }

  /// Ends the pipeline and reads its answers: preparing, describing, and perhaps the statement's own.
  private func replies(
    to text: StatementText, isSent: Bool, from first: Int
  ) async throws(DatabaseError) -> Reply {
    guard isSent, dovetail_pipeline_sync(link.handle) != 0 else { throw link.lost(.notSent) }
    var reply = Reply()
    var failure: DatabaseError?
    try await link.readPipeline(syncs: first > 0 ? 2 : 1) { index, result in
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK where index == first + 1: reply.description = .init(result)
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
        reply.rowCount = Self.rowCount(result)
        failure = failure ?? noteSuccess(result, of: text)
      case PGRES_PIPELINE_ABORTED: break
      default:
        if index >= first { failure = failure ?? link.error(in: result, of: text) }
      }
      return failure
    }
    PQexitPipelineMode(link.handle)
    try await finish()
    if let failure { throw failure }
    return reply
  }
}

extension PostgresLink {
  /// Reads the answers of a pipeline up to its end.
  ///
  /// - Parameter visit: is given the place of the statement and a result of it; answers with the
  ///   error so far, which is thrown if the session ends.
  func readPipeline(
    syncs: Int, _ visit: (Int, OpaquePointer) -> DatabaseError?
  ) async throws(DatabaseError) {
    var left = syncs
    var index = 0
    var error: DatabaseError?
    while left > 0 {
      let next: OpaquePointer?
      do throws(DatabaseError) { next = try await nextResult() } catch {
        throw error
      }
      guard let result = next else {
        index += 1
        continue
      }
      defer { PQclear(result) }
      if PQresultStatus(result) == PGRES_PIPELINE_SYNC {
        left -= 1
        continue
      }
      try checkIsNoCopy(PQresultStatus(result))
      error = visit(index, result)
      if let error, error.connection == .spent { throw error }
    }
  }

  // libpq gives that state again and again until the copy is ended, which a pipeline cannot do. The
  // end of the pipeline has been sent, so that nobody knows what became of the other statements.
  private func checkIsNoCopy(_ state: ExecStatusType) throws(DatabaseError) {
    switch state {
    case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw Self.noCopy()
    default: return
    }
  }

  /// The error of a copy among other statements, which ends the session.
  static func noCopy() -> DatabaseError {
    DatabaseError(
      .unsupported, "COPY by hand is not supported; use bulkInsert to copy in, and query to read",
      connection: .spent, execution: .unknown)
  }
}
