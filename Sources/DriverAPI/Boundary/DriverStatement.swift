/// A prepared statement of one connection.
///
/// Belongs to the connection that made it and shares its lease. Parameters arrive complete: the
/// core has compared their number with the text's. [EXEC-4]
public protocol DriverStatement: AnyObject, Sendable {
  /// How many parameters the server's own prepare counted, or nil if it was not asked.
  ///
  /// Compared with the lexer's count by the core once the statement is prepared: if they differ,
  /// nothing runs. A driver that asks later compares them itself. [REBIND-5] [REBIND-8]
  var parameterCount: Int? { get }

  /// Runs to the end and discards rows.
  ///
  /// Copy every parameter before returning; nothing of `parameters` may be used afterwards.
  /// [BIND-1] Outside a transaction a failure leaves no effect and a usable connection. [EXEC-5]
  ///
  /// - Throws: ``DatabaseError``; `.spent` only if the session's state is unknown, as when the
  ///   socket closed in mid-reply.
  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult

  /// Runs up to the first row and stands before it.
  ///
  /// Never called while other rows of the connection are open. What the engine can tell before the
  /// first row (a violated constraint, a missing lock) is thrown here.
  ///
  /// - Throws: as ``exec(_:)``.
  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows

  /// Does what ``exec(_:)`` does, if it can be done without waiting. Default: nil.
  ///
  /// Nil means that nothing was done, and the core calls `exec`. For drivers that work inline: an
  /// async call costs as much as a tenth of an insert.
  func execWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> ExecResult?

  /// Does what ``query(_:)`` does, if it can be done without waiting. Default: nil.
  ///
  /// Nil means that nothing was done, and the core calls `query`. The first ``DriverRows/step(into:)``
  /// of the rows must not answer `.wait`.
  func queryWithoutWaiting(_ parameters: [Value]) throws(DatabaseError) -> (any DriverRows)?

  /// Whether ``execMany(_:)`` is faster than one execution after another. Default: false.
  var runsManyAtOnce: Bool { get }

  /// Runs once for each set of parameters, in order, as ``exec(_:)`` does.
  ///
  /// Called within a transaction, for statements of a batch that have one text, only if
  /// ``runsManyAtOnce`` is set. [BATCH-1]
  ///
  /// - Returns: a result for each set; ids of new rows may be left out.
  /// - Throws: what the first that failed threw, with its index in ``DatabaseError/Details/row``. The core
  ///   rolls back what ran before it.
  func execMany(_ sets: [[Value]]) async throws(DatabaseError) -> [ExecResult]

  /// Releases the statement. Called once, last, with no rows of it open; cannot fail. A driver that
  /// must tell its server does so with the next message it sends anyway.
  func finalize()
}

extension DriverStatement {
  /// Most drivers have to wait for their server.
  public func execWithoutWaiting(
    _ parameters: [Value]
  ) throws(DatabaseError) -> ExecResult? { nil }

  /// Most drivers have to wait for their server.
  public func queryWithoutWaiting(
    _ parameters: [Value]
  ) throws(DatabaseError) -> (any DriverRows)? { nil }

  /// Most engines take one set of parameters at a time.
  public var runsManyAtOnce: Bool { false }

  /// One after another.
  public func execMany(_ sets: [[Value]]) async throws(DatabaseError) -> [ExecResult] {
    try await execOneByOne(sets)
  }

  /// What ``execMany(_:)`` does for sets that a driver cannot run at once.
  public func execOneByOne(_ sets: [[Value]]) async throws(DatabaseError) -> [ExecResult] {
    var results: [ExecResult] = []
    for (index, parameters) in sets.enumerated() {
      do throws(DatabaseError) { results.append(try await exec(parameters)) } catch {
        throw error.atRow(index)
      }
    }
    return results
  }
}

/// What a statement that returns no rows has to say.
public struct ExecResult: Sendable, Hashable {
  /// Rows matched by an insert, update or delete, also where an update changed nothing; 0 for
  /// anything else. [EXEC-1]
  public var rowCount: Int
  /// The id the engine gave to a new row, if it tells without being asked. [EXEC-2]
  public var lastInsertID: Int64?

  /// A result.
  public init(rowCount: Int, lastInsertID: Int64? = nil) {
    self.rowCount = rowCount
    self.lastInsertID = lastInsertID
  }
}
