import CPostgres
import DriverAPI
import Dispatch

/// What libpq needs to ask the server to stop what a session is doing.
///
/// `@unchecked Sendable`: immutable, and its owner sends one request at a time.
final class PostgresCancelHandle: @unchecked Sendable {
  private let cancel: OpaquePointer
  // A request blocks its thread, for minutes if the network is dead.
  private static let queue = DispatchQueue(
    label: "dovetail.postgres.cancel", attributes: .concurrent)

  init(of session: OpaquePointer) throws(DatabaseError) {
    guard let cancel = dovetail_cancel_make(session) else {
      throw DatabaseError(.resourceExhausted, "memory ran out", connection: .spent)
    }
    self.cancel = cancel
  }

  deinit {
    dovetail_cancel_free(cancel)
  }

  /// Sends a request from a thread of its own, and then calls `arrived` there.
  ///
  /// Whether it got to the server shows in the statement: it ends or goes on.
  func send(_ arrived: @escaping @Sendable () -> Void) {
    Self.queue.async { [self] in
      _ = dovetail_cancel_send(cancel)
      arrived()
    }
  }
}
