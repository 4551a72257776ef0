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
    let types = try await parameterTypes(of: batch)
    try check(batch, types)
    guard PQenterPipelineMode(link.handle) != 0 else { throw link.lost(.notSent) }
    for (entry, types) in zip(batch, types) { try send(entry.text, entry.parameters, types) }
    guard dovetail_pipeline_sync(link.handle) != 0 else { throw link.lost(.notSent) }
    do throws(DatabaseError) { return try await batchResults(of: batch) } catch {
      batchTypes.removeAll()
      throw error
    }
  }

  /// Refuses what cannot be sent before anything is: what is sent cannot be taken back.
  private func check(
    _ batch: [(text: StatementText, parameters: [Value])], _ types: [[UInt32]]
  ) throws(DatabaseError) {
    for (index, entry) in batch.enumerated() {
      do throws(DatabaseError) {
        try entry.text.checkCopiesNothing()
        try parameters.fill(entry.parameters, types: types[index])
      } catch {
        throw error.atRow(index)
      }
    }
  }

  /// The types of the parameters of each statement whose values mean something else as text; none for
  /// the others. [TYPE-6]
  ///
  /// A statement that only one before it makes possible cannot be asked for them; it does without.
  private func parameterTypes(
    of batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [[UInt32]] {
    var types: [[UInt32]] = []
    for (index, (text, values)) in batch.enumerated() {
      let needsTypes = options.cachesStatements && values.contains(where: \.isOtherAsText)
      guard needsTypes, text.parameterCount <= PostgresStatement.maxDescribedParameters else {
        types.append([])
        continue
      }
      do throws(DatabaseError) { types.append(try await batchTypes(of: text)) } catch {
        throw error.atRow(index)
      }
    }
    return types
  }

  private func batchTypes(of text: StatementText) async throws(DatabaseError) -> [UInt32] {
    if let known = batchTypes[ObjectIdentifier(text)], known.schemaVersion == schema.version {
      return known.types
    }
    let version = schema.version
    var types: [UInt32] = []
    do throws(DatabaseError) {
      types = try await baseTypes(of: try await describe(text, as: "").parameterTypes)
    } catch {
      guard error.connection == .usable, error.kind == .undefinedObject else { throw error }
    }
    try checkGoesOn()
    if batchTypes.count >= Self.maxBatchTypes { batchTypes.removeAll() }
    batchTypes[ObjectIdentifier(text)] = PostgresBatchTypes(
      text: text, types: types, schemaVersion: version)
    return types
  }

  private static let maxBatchTypes = 64

  private func send(
    _ text: StatementText, _ values: [Value], _ types: [UInt32]
  ) throws(DatabaseError) {
    try parameters.fill(values, types: types)
    let sent = PQsendQueryParams(
      link.handle, text.text, Int32(parameters.count),
      types.isEmpty ? PostgresStatement.types(of: values) : types, parameters.addresses,
      parameters.lengths, parameters.formats, 0)
    if sent == 0 { throw link.lost(.notSent) }
  }

  private func batchResults(
    of batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    var counts = [Int](repeating: 0, count: batch.count)
    var failure: DatabaseError?
    try await link.readPipeline(syncs: 1) { index, result in
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
        counts[index] = Self.rowCount(result)
        if let refusal = noteSuccess(result, of: batch[index].text) {
          failure = failure ?? refusal.atRow(index)
        }
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

/// What is known of the parameters of a statement in a batch.
struct PostgresBatchTypes {
  /// Kept, because it is known by identity.
  let text: StatementText
  let types: [UInt32]
  let schemaVersion: UInt64
}

extension Value {
  /// Whether its text is another value where the type is not known: of a UUID for bytes, of a date for an
  /// instant, and of bytes for a text, which the server would take for their hexadecimal digits.
  fileprivate var isOtherAsText: Bool {
    switch self {
    case .uuid, .date, .bytes: true
    case .uint(let integer): integer > UInt64(Int64.max)
    default: false
    }
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
