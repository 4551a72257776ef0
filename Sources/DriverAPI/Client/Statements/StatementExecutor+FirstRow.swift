extension StatementExecutor {
  /// Most executors are asked to wait.
  public func withFirstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void, at site: CallSite,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? { nil }

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

extension DatabaseError {
  /// The error as one that was met in the answer of a statement, whatever the type that was decoded
  /// says about it: the statement has run. [EXEC-6]
  @usableFromInline
  var inAnswer: DatabaseError {
    execution == .completed ? self : with(execution: .completed)
  }
}
