import CPostgres
import DriverAPI

extension PostgresConnection {
  /// All statements in one pipeline with one Sync, which makes them one transaction and one round
  /// trip. [BATCH-1]
  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    try await begin()
    try checkSettings(hasBackslash: true)
    try check(batch)
    guard PQenterPipelineMode(link.handle) != 0 else { throw link.lost(.notSent) }
    for entry in batch { try send(entry.text, entry.parameters) }
    guard dovetail_pipeline_sync(link.handle) != 0 else { throw link.lost(.notSent) }
    return try await batchResults(of: batch)
  }

  /// Refuses what cannot be sent before anything is: what is sent cannot be taken back.
  private func check(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) throws(DatabaseError) {
    for (index, entry) in batch.enumerated() {
      do throws(DatabaseError) {
        try entry.text.checkCopiesNothing()
        try parameters.fill(entry.parameters, types: [])
      } catch {
        throw error.atRow(index)
      }
    }
  }

  private func send(_ text: StatementText, _ values: [Value]) throws(DatabaseError) {
    try parameters.fill(values, types: [])
    let sent = PQsendQueryParams(
      link.handle, text.text, Int32(parameters.count), PostgresStatement.types(of: values),
      parameters.addresses, parameters.lengths, parameters.formats, 0)
    if sent == 0 { throw link.lost(.notSent) }
  }

  private func batchResults(
    of batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    var counts = [Int](repeating: 0, count: batch.count)
    var failure: DatabaseError?
    try await link.readPipeline(syncs: 1) { index, result in
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK: counts[index] = Self.rowCount(result)
      case PGRES_PIPELINE_ABORTED: break
      default:
        // One at the end, such as a deferred constraint, belongs to the batch as a whole.
        let entry = batch.indices.contains(index) ? batch[index].text : nil
        let error = link.error(in: result, of: entry)
        failure = failure ?? (entry == nil ? error : error.atRow(index))
      }
      return failure
    }
    PQexitPipelineMode(link.handle)
    try await finish()
    if let failure { throw failure }
    return counts.map { ExecResult(rowCount: $0) }
  }
}

extension StatementText {
  /// Refuses COPY from and to the client: libpq has no way out of it among other statements.
  ///
  /// - Throws: `unsupported`, not sent.
  fileprivate func checkCopiesNothing() throws(DatabaseError) {
    guard leadingKeyword == "COPY" else { return }
    let words = text.utf8.map { $0 & 0xDF }
    guard words.contains("STDIN".utf8) || words.contains("STDOUT".utf8) else { return }
    throw .unsupported(
      "COPY from or to the client cannot be part of a batch; use bulkInsert to copy in, and query to "
        + "read")
  }
}
