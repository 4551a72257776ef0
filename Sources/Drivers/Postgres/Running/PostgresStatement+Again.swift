import DriverAPI

/// What a prepared statement does when the schema has changed under it. The server keeps the types of
/// parameters and columns that it found when it prepared: what does not go with the columns of today is
/// an error that the same text sent anew would not have, or a value that is made to fit. [STMT-3, STMT-4]
extension PostgresStatement {
  /// So often a schema that changes all the time may outrun a statement that has to be described first.
  /// Each time it is about as likely as not where several tasks wait for the change's lock.
  static let maxAttempts = 50

  /// Lets an execution that failed run again if the statement was out of date: nothing has happened then.
  ///
  /// Forgets the server's statement wherever that is possible, so that the next execution is sound.
  ///
  /// - Throws: the error otherwise. Inside a transaction always, which the server has given up; one that
  ///   certainly comes from the change of the schema is a `serializationFailure` there.
  func checkMayRunAgain(after error: DatabaseError) async throws(DatabaseError) {
    guard let staleness = PostgresStaleness(error), error.connection == .usable else { throw error }
    let (types, columns) = (parameterTypes, shape)
    finalize()
    if staleness == .certain { connection.schema.noteOutdated() }
    guard connection.transactionStatus == .none || staleness == .unsent else {
      throw staleness == .certain ? error.outdated : error
    }
    try connection.checkGoesOn()
    if staleness == .certain { return }
    // A procedure may have committed part of its work.
    if staleness == .possible, ["CALL", "DO"].contains(text.leadingKeyword) { throw error }
    try await describe()
    if types == parameterTypes, columns.hasSameTypes(as: shape) { throw error }
    connection.schema.noteOutdated()
  }

  /// Runs the statement with the types that the server finds now.
  func execAnew(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if PostgresParameters.needTypes(parameters) { return try await execDescribed(parameters) }
    return try await execOnce(parameters)
  }

  func queryAnew(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    if PostgresParameters.needTypes(parameters) { return try await queryDescribed(parameters) }
    return try await queryOnce(parameters)
  }

  /// In one round trip, which no change of the schema can come between.
  func execOnce(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try sendOnce(parameters)
    return try await connection.outcome(of: text)
  }

  func queryOnce(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try sendOnce(parameters)
    return try await connection.answer(to: text, nil, isBinary: false)
  }

  func execDescribed(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try await runDescribed(parameters) { () async throws(DatabaseError) in
      try await connection.outcome(of: text)
    } inOneTrip: { () async throws(DatabaseError) in
      try await execOnce(parameters)
    }
  }

  func queryDescribed(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try await runDescribed(parameters) { () async throws(DatabaseError) in
      try await answer()
    } inOneTrip: { () async throws(DatabaseError) in
      try await queryOnce(parameters)
    }
  }

  /// Runs the statement with the types that the server finds now, as often as the schema changes between
  /// the two round trips; without need for the types, the second time in one.
  private func runDescribed<Answer>(
    _ parameters: [Value], reading: () async throws(DatabaseError) -> Answer,
    inOneTrip: () async throws(DatabaseError) -> Answer
  ) async throws(DatabaseError) -> Answer {
    var attemptCount = 0
    repeat {
      try await describe()
      attemptCount += 1
      do throws(DatabaseError) {
        _ = try send(parameters, isFresh: true)
        return try await reading()
      } catch {
        try checkOutrun(error, attemptCount)
      }
    } while PostgresParameters.needTypes(parameters)
    return try await inOneTrip()
  }

  /// Whether the schema changed between describing and running.
  ///
  /// - Throws: the error if not, or if it must not run again.
  private func checkOutrun(
    _ error: DatabaseError, _ attemptCount: Int
  ) throws(DatabaseError) {
    guard PostgresStaleness(error) == .certain, error.connection == .usable else { throw error }
    finalize()
    guard connection.transactionStatus == .none, attemptCount < Self.maxAttempts else {
      throw error.outdated
    }
    try connection.checkGoesOn()
  }
}

extension DatabaseError {
  /// What a transaction is told whose statement the server takes for out of date, or does not know any
  /// more: the next attempt prepares it anew.
  fileprivate var outdated: DatabaseError {
    with(kind: .serializationFailure, message: PostgresLink.outdatedWords)
  }
}

/// How likely an error is that of a prepared statement that is out of date.
enum PostgresStaleness {
  /// The server says so, and has run nothing.
  case certain
  /// It is of a kind that such a statement can have: a value or an operator that does not go with a
  /// type. The statement has failed, and is undone.
  case possible
  /// The driver refused a value for the type that it knows.
  case unsent

  init?(_ error: DatabaseError) {
    guard let sqlState = error.details.sqlState else {
      guard error.kind == .unsupported, error.execution == .notSent else { return nil }
      self = .unsent
      return
    }
    if sqlState == "26000" || sqlState == "0A000" && error.kind == .serializationFailure {
      self = .certain
    } else if sqlState.hasPrefix("22") || sqlState.hasPrefix("42") || sqlState == "XX000" {
      // XX000: a type was removed, and the server finds it by its number no more.
      self = .possible
    } else {
      return nil
    }
  }
}
