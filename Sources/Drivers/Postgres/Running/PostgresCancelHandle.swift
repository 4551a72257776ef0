import CPostgres
import DriverAPI
import EventLoop

/// What libpq needs to ask the server to stop what a session is doing.
///
/// `@unchecked Sendable`: immutable, and its owner sends one request at a time.
final class PostgresCancelHandle: @unchecked Sendable {
  private let cancel: OpaquePointer

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
  /// Whether it got to the server shows in the statement: it ends or goes on. A request blocks its
  /// thread, for minutes if the network is dead; a queue, whose threads are few, would keep those of
  /// other sessions waiting.
  func send(_ arrived: @escaping @Sendable () -> Void) {
    let isStarted = BlockingThread.start { [self] in
      _ = dovetail_cancel_send(cancel)
      arrived()
    }
    if !isStarted { arrived() }
  }
}
