import CPostgres
import DriverAPI

extension PostgresConnection {
  /// All statements in one pipeline with one Sync, which makes them one transaction and one round
  /// trip. In a transaction that is open a failure spoils it, back to the savepoint. [BATCH-1]
  func execBatch(
    _ batch: [(text: StatementText, parameters: [Value])]
  ) async throws(DatabaseError) -> [ExecResult] {
    try await begin()
    try checkSettings(hasBackslash: true)
    let types = try await parameterTypes(of: batch)
    try check(batch, types)
    guard PQenterPipelineMode(link.handle) != 0 else { throw link.lost(.notSent) }
    let sent = try send(batch, types)
    guard dovetail_pipeline_sync(link.handle) != 0 else { throw link.lost(.notSent) }
    do throws(DatabaseError) { return try await batchResults(of: batch, sent) } catch {
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
    do throws(DatabaseError) { types = try await typesAskedFor(by: text) } catch {
      guard error.connection == .usable, error.kind == .undefinedObject else { throw error }
    }
    try checkGoesOn()
    if batchTypes.count >= Self.maxBatchTypes { batchTypes.removeAll() }
    batchTypes[ObjectIdentifier(text)] = PostgresBatchTypes(
      text: text, types: types, schemaVersion: version)
    return types
  }

  // A question that fails spoils the transaction it is asked in.
  private func typesAskedFor(by text: StatementText) async throws(DatabaseError) -> [UInt32] {
    guard statusBeforeSending == .active else {
      return try await baseTypes(of: try await describe(text, as: "").parameterTypes)
    }
    try await run("SAVEPOINT dovetail_types")
    do throws(DatabaseError) {
      let types = try await baseTypes(of: try await describe(text, as: "").parameterTypes)
      try await run("RELEASE SAVEPOINT dovetail_types")
      return types
    } catch {
      guard error.connection == .usable else { throw error }
      try await run("ROLLBACK TO SAVEPOINT dovetail_types; RELEASE SAVEPOINT dovetail_types")
      throw error
    }
  }

  private static let maxBatchTypes = 64

  /// What an answer in the pipeline belongs to.
  private struct SentPart {
    /// The index of the statement.
    let entry: Int
    /// Whether it was only prepared.
    var isPreparation = false
  }

  /// Sends all of them. A text that comes several times in a row is prepared once, without a name.
  private func send(
    _ batch: [(text: StatementText, parameters: [Value])], _ types: [[UInt32]]
  ) throws(DatabaseError) -> [SentPart] {
    var sent: [SentPart] = []
    sent.reserveCapacity(batch.count + 8)
    var told: [UInt32] = []
    var prepared: [UInt32]?
    for (index, (text, values)) in batch.enumerated() {
      told = types[index].isEmpty ? PostgresStatement.types(of: values) : types[index]
      if index == 0 || batch[index - 1].text !== text || prepared != told { prepared = nil }
      if prepared == nil, index + 1 < batch.count, batch[index + 1].text === text {
        let count = Int32(told.count)
        guard PQsendPrepare(link.handle, "", text.text, count, told) != 0 else {
          throw link.lost(.notSent)
        }
        sent.append(SentPart(entry: index, isPreparation: true))
        prepared = told
      }
      try parameters.fill(values, types: types[index])
      guard send(text, prepared: prepared != nil, told) else { throw link.lost(.notSent) }
      sent.append(SentPart(entry: index))
    }
    return sent
  }

  private func send(_ text: StatementText, prepared: Bool, _ types: [UInt32]) -> Bool {
    let count = Int32(parameters.count)
    guard prepared else {
      return PQsendQueryParams(
        link.handle, text.text, count, types, parameters.addresses, parameters.lengths,
        parameters.formats, 0) != 0
    }
    return PQsendQueryPrepared(
      link.handle, "", count, parameters.addresses, parameters.lengths, parameters.formats, 0) != 0
  }

  private func batchResults(
    of batch: [(text: StatementText, parameters: [Value])], _ sent: [SentPart]
  ) async throws(DatabaseError) -> [ExecResult] {
    var counts = [Int](repeating: 0, count: batch.count)
    var failure: DatabaseError?
    try await link.readPipeline(syncs: 1) { index, result in
      let part = sent.indices.contains(index) ? sent[index] : nil
      switch PQresultStatus(result) {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
        guard let part, !part.isPreparation else { break }
        counts[part.entry] = Self.rowCount(result)
        if let refusal = noteSuccess(result, of: batch[part.entry].text) {
          failure = failure ?? refusal.atRow(part.entry)
        }
      case PGRES_PIPELINE_ABORTED: break
      default:
        // One at the end, such as a deferred constraint, belongs to the batch as a whole.
        let error = link.error(in: result, of: part.map { batch[$0.entry].text })
        failure = failure ?? part.map { error.atRow($0.entry) } ?? error
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
