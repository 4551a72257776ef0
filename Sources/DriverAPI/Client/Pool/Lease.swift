/// The right to a session until ``end()``.
///
/// A value that is ended exactly once, by the scope, the rows or the call that took it.
struct Lease: Sendable {
  let session: Session
  let pool: ConnectionPool

  init(_ session: Session, pool: ConnectionPool) {
    self.session = session
    self.pool = pool
  }

  /// Ends the lease without waiting; what needs cleaning up is cleaned up in the background, and the
  /// session is leased again only after that.
  ///
  /// - Parameter runsErrands: first runs what others wait for the session for, which takes a millisecond or two.
  func end(runningErrands runsErrands: Bool = false) {
    if session.isClean || session.isSpent && !session.rowsAreOpen {
      if runsErrands { pool.releaseRunningErrands(session) } else { pool.release(session) }
      return
    }
    pool.endHolding(session)
    Task {
      await tidyUp()
      // Not into the idle slot: the machine counts it as nobody's, and must learn that it is free.
      pool.giveBack(session)
    }
  }

  /// Ends the lease, cleaning up before it returns.
  ///
  /// - Returns: what the holder left behind that changed data. [TX-9]
  @discardableResult
  func endCleanly() async -> DatabaseError? {
    let leftBehind = session.isClean ? nil : await tidyUp()
    pool.release(session)
    return leftBehind
  }

  @discardableResult
  private func tidyUp() async -> DatabaseError? {
    let leftBehind = await session.cleanUp()
    if let leftBehind {
      session.instruments.reportError("lease misused", leftBehind)
    }
    return leftBehind
  }
}
