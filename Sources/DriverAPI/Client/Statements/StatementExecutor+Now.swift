extension StatementExecutor {
  /// Runs a statement if nothing has to be waited for: an async call and an array of values for each cost a
  /// fifth of an insert.
  ///
  /// Nil means that nothing was done, and that ``exec(_:at:)`` is to be called. Not async, so that the
  /// closure and what it captures live on the stack. As for first rows the executors of this library are told
  /// apart by their type; a ``Database`` leases a connection first, for which it may have to wait.
  @inlinable
  @inline(__always)
  func execNow<each P: ValueConvertible>(
    of sql: SQL, _ arguments: repeat each P
  ) -> Result<ExecResult, DatabaseError>? {
    let result: Result<ExecResult?, DatabaseError>
    if Self.self == Transaction.self {
      result = known(as: Transaction.self).execNow(of: sql) { values in
        for argument in repeat each arguments { values.append(argument.databaseValue) }
      }
    } else if Self.self == Connection.self {
      result = known(as: Connection.self).execNow(of: sql) { values in
        for argument in repeat each arguments { values.append(argument.databaseValue) }
      }
    } else {
      return nil
    }
    switch result {
    case .success(let done?): return .success(done)
    case .success(nil): return nil
    case .failure(let error): return .failure(error)
    }
  }
}
