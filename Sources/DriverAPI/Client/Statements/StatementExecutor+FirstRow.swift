extension StatementExecutor {
  /// The first row, decoded; nil if there is none.
  @inlinable
  func firstRow<T, each P: ValueConvertible>(
    of sql: SQL, _ arguments: repeat each P, at site: CallSite,
    _ decode: (borrowing Row) throws(DatabaseError) -> T
  ) async throws(DatabaseError) -> T? {
    if let first = firstRowNow(of: sql, repeat each arguments, at: site, decode) {
      return try first.get()
    }
    var decoded: T?
    _ = try await withFirstRow(
      of: try sql.binding(values(repeat each arguments)), at: site
    ) { row throws(DatabaseError) in
      do throws(DatabaseError) { decoded = try decode(row) } catch { throw error.inAnswer }
    }
    return decoded
  }

  // Not async, so that the closures and what they capture live on the stack.
  @inlinable
  @inline(__always)
  func firstRowNow<T, each P: ValueConvertible>(
    of sql: SQL, _ arguments: repeat each P, at site: CallSite,
    _ decode: (borrowing Row) throws(DatabaseError) -> T
  ) -> Result<T?, DatabaseError>? {
    var decoded: T?
    do throws(DatabaseError) {
      let found = try withFirstRowNow(
        of: sql,
        adding: { values in
          for argument in repeat each arguments { values.append(argument.databaseValue) }
        }, at: site
      ) { row throws(DatabaseError) in
        do throws(DatabaseError) { decoded = try decode(row) } catch { throw error.inAnswer }
      }
      return found == nil ? nil : .success(decoded.take())
    } catch {
      return .failure(error)
    }
  }
}

extension StatementExecutor {
  /// Hands the first row to `body` if nothing has to be waited for: an async call costs a twentieth of a
  /// point select.
  ///
  /// Nil means that nothing was done, and that ``withFirstRow(of:at:_:)`` is to be called. Only the
  /// executors of this library can do it, and it is no part of what an executor promises; so they are
  /// told apart by their type, which costs nothing where the compiler knows it.
  ///
  /// - Parameter arguments: appends the values for each `?` of `sql`; called once or not at all.
  @inlinable
  @inline(__always)
  func withFirstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void, at site: CallSite,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    if Self.self == Database.self {
      return try known(as: Database.self)
        .firstRowNow(of: sql, adding: arguments, at: site, body)
    }
    if Self.self == Connection.self {
      return try known(as: Connection.self)
        .firstRowNow(of: sql, adding: arguments, body)
    }
    if Self.self == Transaction.self {
      return try known(as: Transaction.self)
        .firstRowNow(of: sql, adding: arguments, body)
    }
    return nil
  }

  /// This executor, whose type has just been compared. `as?` looks it up at run time where the code is not
  /// specialised.
  @inlinable
  @inline(__always)
  func known<T>(as type: T.Type) -> T { unsafeBitCast(self, to: type) }
}

extension DatabaseError {
  /// The error as one that was met in the answer of a statement, whatever the type that was decoded
  /// says about it: the statement has run. [EXEC-6]
  @usableFromInline
  var inAnswer: DatabaseError {
    execution == .completed ? self : with(execution: .completed)
  }
}
