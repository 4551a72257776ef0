import CPostgres
import DriverAPI

extension PostgresConnection {
  /// Waits at the socket; libpq keeps what arrived during a statement. [NOTIFY-1]
  func nextNotification() async throws(DatabaseError) -> DatabaseNotification {
    link.cancellation.begin()
    try await begin()
    if Task.isCancelled { throw nobodyWaits() }
    beginListening()
    defer { endListening() }
    while true {
      if let notification = takeNotification() { return notification }
      if Task.isCancelled || isInterruptedListening { throw nobodyWaits() }
      try await link.receive()
      // Has libpq look at what it took in.
      _ = PQisBusy(link.handle)
      if PQstatus(link.handle) == CONNECTION_BAD { throw link.lost() }
    }
  }

  private func nobodyWaits() -> DatabaseError {
    DatabaseError(.cancelled, "nobody waits for notifications any more")
  }

  private func takeNotification() -> DatabaseNotification? {
    guard let message = PQnotifies(link.handle) else { return nil }
    defer { PQfreemem(message) }
    return DatabaseNotification(
      channel: String(cString: message.pointee.relname),
      payload: String(cString: message.pointee.extra), senderID: Int(message.pointee.be_pid))
  }
}
