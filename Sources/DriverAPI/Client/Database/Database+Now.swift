extension Database {
  /// Does what ``withFirstRow(of:at:_:)`` does, if the connection that is asked has run the statement
  /// before, and nothing has to be waited for.
  ///
  /// Neither a lock is taken nor a reference counted on this way: for a statement of four
  /// microseconds each lock is a hundredth of it.
  @usableFromInline
  func firstRowNow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void, at site: CallSite,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) throws(DatabaseError) -> Bool? {
    let holder = PoolStateMachine.Holder(since: .now, site: HolderSite(site), task: nil)
    guard let session = nearest.takeFromIdleSlot(for: holder) else { return nil }
    return try session._withUnsafeGuaranteedRef {
      firstRow(of: sql, adding: arguments, on: $0, body)
    }.get()
  }

  @inline(__always)
  private func firstRow(
    of sql: SQL, adding arguments: (inout [Value]) -> Void, on session: Session,
    _ body: (borrowing Row) throws(DatabaseError) -> Void
  ) -> Result<Bool?, DatabaseError> {
    let found = session.borrowedFirstRow(of: sql, adding: arguments, body)
    if case .failure = found {
      Lease(session, pool: nearest).end()
    } else {
      nearest.release(session)
    }
    return found
  }
}
