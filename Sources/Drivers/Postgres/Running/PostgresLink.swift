import CPostgres
import DriverAPI
import EventLoop
import Glibc

/// One session of libpq, and the waiting for its socket.
///
/// `@unchecked Sendable`: libpq wants one caller at a time. The lease of a connection, or the lock of
/// a pipeline, sees to that; ``cancellation`` and ``watch`` have locks of their own.
final class PostgresLink: @unchecked Sendable {
  let handle: OpaquePointer
  let watch: SocketWatch
  /// The server in messages: host and port, or the path of its socket.
  let host: String
  let cancellation: PostgresCancellation
  /// The number of the encoding that the session began with, UTF-8.
  let encoding: Int32
  /// What was asked of the server, in a session that may write; nil for others.
  var demand: PostgresDemand?
  /// Where the session stood when the statement that runs now began.
  var statusBeforeSending = TransactionStatus.none
  /// What is watched. libpq closes its own descriptor as soon as a session breaks, and the number is
  /// another session's the moment after, which would then lose its place in the loop.
  private let socket: Int32
  private let isTCP: Bool
  private let isClosed = Mutex(false)

  /// Takes over a session that libpq has just opened.
  ///
  /// - Throws: `resourceExhausted`; the session is closed then.
  init(
    _ handle: OpaquePointer, onReady: (@Sendable (Readiness) -> Void)? = nil
  ) throws(DatabaseError) {
    self.handle = handle
    host = Self.host(of: handle)
    encoding = PQclientEncoding(handle)
    PQsetnonblocking(handle, 1)
    // The one that is there prints to the standard error stream.
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    isTCP = PQhostaddr(handle).map { $0.pointee != 0 } ?? false
    socket = fcntl(PQsocket(handle), F_DUPFD_CLOEXEC, 0)
    do throws(DatabaseError) {
      let watch = try EventLoop.shared.watch(socket, onReady: onReady)
      self.watch = watch
      cancellation = try PostgresCancellation(of: handle, waking: watch)
    } catch {
      PQfinish(handle)
      Glibc.close(socket)
      throw error
    }
  }

  /// Ends the session.
  func close() {
    watch.remove()
    PQfinish(handle)
    isClosed.withLock { $0 = true }
    Glibc.close(socket)
  }

  /// Ends the session from this side; from any thread. Whoever waits finds the end of the stream.
  func breakOff() {
    // Under the lock: once the socket is closed another may have its number.
    isClosed.withLock { isClosed in
      if !isClosed { shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// The next result of what was sent; nil where one statement's results end.
  @inline(__always)
  func nextResult() async throws(DatabaseError) -> OpaquePointer? {
    while PQisBusy(handle) != 0 { try await receive() }
    if let result = PQgetResult(handle) { return result }
    if PQstatus(handle) == CONNECTION_BAD { throw lost() }
    return nil
  }

  /// Sends what is left to send, waits until something has arrived, and takes it in.
  ///
  /// - Throws: `connectionLost`; `cancelled` if the server did not react to an interruption.
  func receive() async throws(DatabaseError) {
    let unsent = PQflush(handle)
    if unsent < 0 { throw lost() }
    let ready = await watch.wait(
      for: unsent > 0 ? [.readable, .writable] : .readable, until: cancellation.deadline)
    if ready.contains(.timedOut), !cancellation.insist() { throw unanswered() }
    if PQconsumeInput(handle) == 0 { throw lost() }
  }

  /// Waits until everything is sent that libpq holds; false as soon as the server has answered.
  func drain() async throws(DatabaseError) -> Bool {
    while true {
      let unsent = PQflush(handle)
      if unsent < 0 { throw lost() }
      if unsent == 0 { return true }
      let ready = await watch.wait(for: [.readable, .writable], until: cancellation.deadline)
      if ready.contains(.timedOut), !cancellation.insist() { throw unanswered() }
      if PQconsumeInput(handle) == 0 { throw lost() }
      if cancellation.isRequested { return true }
    }
  }

  /// Holds packets back until they are full, or sends what is held back; false if that is not possible.
  ///
  /// libpq sends with every Sync, and a packet costs more than the statement in it.
  @discardableResult
  func cork(_ holds: Bool) -> Bool {
    guard isTCP else { return false }
    var value: Int32 = holds ? 1 : 0
    let size = socklen_t(MemoryLayout<Int32>.size)
    return setsockopt(socket, Int32(IPPROTO_TCP), TCP_CORK, &value, size) == 0
  }

  /// The value of a setting, if it is one that the server tells of by itself.
  func reported(_ setting: String) -> String? {
    PQparameterStatus(handle, setting).map { String(cString: $0) }
  }

  /// Whether the server has ended the session meanwhile. Asks the socket, not the server.
  func isGone() -> Bool {
    if PQstatus(handle) == CONNECTION_BAD { return true }
    // What the server said first can be a farewell, with the end of the stream behind it.
    for _ in 0..<2 where !watch.poll(for: .readable, nanoseconds: 0).isEmpty {
      if PQconsumeInput(handle) == 0 || PQstatus(handle) == CONNECTION_BAD { return true }
    }
    return false
  }

  /// The error of a session that ended.
  ///
  /// - Parameter execution: `.notSent` if nothing can have reached the server.
  func lost(_ execution: DatabaseError.Execution = .unknown) -> DatabaseError {
    DatabaseError(
      .connectionLost, "the connection to the server at \(host) broke", connection: .spent,
      execution: execution, details: .init(host: host), serverMessage: lastMessage)
  }

  private func unanswered() -> DatabaseError {
    DatabaseError(
      .cancelled,
      "the server at \(host) did not react to the interruption; the connection is given up",
      connection: .spent, execution: .unknown, details: .init(host: host))
  }

  private var lastMessage: String? {
    let message = String(cString: PQerrorMessage(handle))
    return message.isEmpty ? nil : message
  }

  private static func host(of handle: OpaquePointer) -> String {
    let name = PQhost(handle).map { String(cString: $0) } ?? ""
    let port = PQport(handle).map { String(cString: $0) } ?? ""
    return PostgresHost.description(name: name, port: port)
  }
}
