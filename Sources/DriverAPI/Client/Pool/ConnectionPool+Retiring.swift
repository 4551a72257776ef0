/// What becomes of the sessions with a server that was demoted, or left its cluster. [HA-2]
extension ConnectionPool {
  /// Gives up all sessions with that server: the idle ones now, the others when their lease ends.
  func retire(_ endpoint: String) {
    let (idle, count) = changing { state in
      closeIdleSlot(&state)
      defer { reopenIdleSlot(&state) }
      var slots: Set<Int> = []
      for case let session? in state.sessions where session.driver.endpoint == endpoint {
        session.retire()
        slots.insert(session.slot)
      }
      return (state.machine.retire(slots).compactMap { state.sessions[$0] }, slots.count)
    }
    for session in idle { discard(session) }
    if count > 1 {
      instruments.reportDetail("\(count) connections with \(endpoint) are given up")
    }
  }
}
