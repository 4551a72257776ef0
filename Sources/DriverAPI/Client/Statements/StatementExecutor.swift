/// What runs statements: a ``Database``, a ``Connection`` or a ``Transaction``.
///
/// The primitives stand here; everything that is written in terms of them (typed queries, upserts,
/// bulk inserts, scripts) works on all three.
public protocol StatementExecutor: Sendable {
  /// What the server is and can do.
  var server: ServerFacts { get }

  /// Runs a statement for its effect.
  ///
  /// - Throws: ``DatabaseError``; outside a transaction a failed statement leaves no effect. [EXEC-5]
  func exec(_ sql: SQL, at site: CallSite) async throws(DatabaseError) -> ExecResult

  /// Starts a statement and stands before its first row.
  func query(_ sql: SQL, at site: CallSite) async throws(DatabaseError) -> Rows

  /// Hands the first row of a statement to `body`; false if there is none. [QUERY-6]
  ///
  /// Not generic, so that nothing has to be looked up about the type at run time.
  func withFirstRow(
    of sql: SQL, at site: CallSite, _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) async throws(DatabaseError) -> Bool

  /// Runs several statements as one: all of them take effect, or none. [BATCH-1]
  func batch(
    _ statements: [SQL], at site: CallSite
  ) async throws(DatabaseError) -> [ExecResult]

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// On a ``Transaction`` this is a savepoint. [TX-1, TX-2, TX-3]
  func transaction<R>(
    _ options: TransactionOptions, at site: CallSite, _ body: (Transaction) async throws -> R
  ) async throws -> R
}

extension StatementExecutor {
  /// How SQL is written for this server.
  public var dialect: Dialect { server.dialect }

  /// What the server can do beyond what every driver must.
  public var capabilities: Capabilities { server.capabilities }

  /// Runs a statement for its effect.
  ///
  /// - Parameters:
  ///   - sql: one statement with `?` for each argument, or with interpolated values.
  ///   - arguments: the values for each `?`, from left to right.
  /// - Returns: how many rows it matched, and the new row's id if the engine tells.
  /// - Throws: ``DatabaseError``.
  @inlinable
  @discardableResult
  public func exec<each P: ValueConvertible>(
    _ sql: SQL, _ arguments: repeat each P, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> ExecResult {
    if let result = execNow(of: sql, repeat each arguments) { return try result.get() }
    return try await exec(
      try sql.binding(values(repeat each arguments)), at: CallSite(file: file, line: line))
  }

  /// Starts a statement and stands before its first row.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func query<each P: ValueConvertible>(
    _ sql: SQL, _ arguments: repeat each P, file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Rows {
    try await query(
      try sql.binding(values(repeat each arguments)), at: CallSite(file: file, line: line))
  }

  /// Starts a statement whose rows are decoded into tuples, such as `(Int64, String?).self`.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func query<each P: ValueConvertible, each T: ColumnDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: (repeat each T).Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> TypedRows<(repeat each T)> {
    let rows = try await query(
      try sql.binding(values(repeat each arguments)), at: CallSite(file: file, line: line))
    return TypedRows(rows) { row throws(DatabaseError) in
      try row.decode(as: (repeat each T).self)
    }
  }

  /// Starts a statement whose first column is decoded.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func query<each P: ValueConvertible, T: ColumnDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: T.Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> TypedRows<T> {
    let rows = try await query(
      try sql.binding(values(repeat each arguments)), at: CallSite(file: file, line: line))
    return TypedRows(rows) { row throws(DatabaseError) in try row.decode(0, as: T.self) }
  }

  /// Starts a statement whose rows are decoded into values of one type.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func query<each P: ValueConvertible, T: RowDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: T.Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> TypedRows<T> {
    let rows = try await query(
      try sql.binding(values(repeat each arguments)), at: CallSite(file: file, line: line))
    return TypedRows(rows) { row throws(DatabaseError) in try T(row: row) }
  }

  /// Decodes the leading columns of the first row into a tuple; nil if there is no row.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func queryRow<each P: ValueConvertible, each T: ColumnDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: (repeat each T).Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> (repeat each T)? {
    try await firstRow(
      of: sql, repeat each arguments, at: CallSite(file: file, line: line)
    ) { row throws(DatabaseError) in try row.decode(as: (repeat each T).self) }
  }

  /// Decodes the first column of the first row; nil if there is no row.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func queryRow<each P: ValueConvertible, T: ColumnDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: T.Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> T? {
    try await firstRow(
      of: sql, repeat each arguments, at: CallSite(file: file, line: line)
    ) { row throws(DatabaseError) in try row.decode(0, as: T.self) }
  }

  /// Decodes the first row into a value of one type; nil if there is no row.
  ///
  /// - Throws: ``DatabaseError``.
  @inlinable
  public func queryRow<each P: ValueConvertible, T: RowDecodable>(
    _ sql: SQL, _ arguments: repeat each P, as type: T.Type,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> T? {
    try await firstRow(
      of: sql, repeat each arguments, at: CallSite(file: file, line: line)
    ) { row throws(DatabaseError) in try T(row: row) }
  }

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// On a ``Transaction`` this is a savepoint.
  ///
  /// - Throws: what `body` throws, or why the transaction could not be begun or committed.
  @discardableResult
  public func transaction<R>(
    _ options: TransactionOptions = TransactionOptions(), file: StaticString = #fileID,
    line: UInt = #line, _ body: (Transaction) async throws -> R
  ) async throws -> R {
    try await transaction(options, at: CallSite(file: file, line: line), body)
  }
}

@inlinable
@inline(never)
func values<each P: ValueConvertible>(_ arguments: repeat each P) -> [Value] {
  var count = 0
  for _ in repeat each arguments { count += 1 }
  if count == 0 { return [] }
  var values: [Value] = []
  values.reserveCapacity(count)
  for argument in repeat each arguments { values.append(argument.databaseValue) }
  return values
}
