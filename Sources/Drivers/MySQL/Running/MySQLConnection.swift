import CMariaDB
import DriverAPI
import EventLoop

/// One session with a MySQL or MariaDB server.
///
/// The library is called on the caller's thread, by its non-blocking halves; only waiting suspends.
/// `@unchecked Sendable`: the lease gives it to one task at a time, and what a closed stream leaves to
/// a task of its own is waited for before anything else runs. ``interrupt()`` has a lock.
final class MySQLConnection: DriverConnection, @unchecked Sendable {
  let handle: MySQLHandle
  let options: MySQLOptions
  let host: DatabaseURL.Host
  let server: ServerFacts
  let maxPacketBytes: Int
  let sessionSettings: String
  let target: MySQLKillTarget
  let interruption: MySQLInterruption
  let watch: SocketWatch
  /// Nil without TLS.
  let tls: MySQLTLSErrors?
  /// Where the library puts the result of a call; it keeps the address while the call is suspended.
  let result: UnsafeMutablePointer<Int32>
  /// What reads off, or stops, the rows that nobody wanted.
  var leftover: Task<Void, Never>?
  /// What went wrong with them that the next statement has to know.
  var leftoverFailure: DatabaseError?
  /// What it has to be put back to before the next statement, because a statement changed it.
  var strayed = MySQLStray()
  /// Counts up when prepared statements are forgotten, or mean other tables: after a reset and USE.
  var preparedGeneration = 0
  /// Statements the server is to forget, told when the connection is free.
  var retired: [UnsafeMutablePointer<MYSQL_STMT>] = []
  var isClosed = false
  private let socketIsClosed = Mutex(false)

  init(_ opened: MySQLOpened, _ options: MySQLOptions) throws(DatabaseError) {
    handle = opened.handle
    host = opened.host
    self.options = options
    server = opened.facts
    sessionSettings = opened.sessionSettings
    maxPacketBytes = opened.maxPacketBytes
    target = MySQLKillTarget(
      opening: MySQLOpening(options: options.hurried), host: opened.host, identity: opened.identity,
      sessionID: opened.sessionID, socket: opened.handle.duplicateSocket())
    interruption = MySQLInterruption(target)
    tls = mysql_get_ssl_cipher(opened.handle.pointer) == nil ? nil : MySQLTLSErrors()
    result = .allocate(capacity: 2)
    result.initialize(repeating: 0, count: 2)
    do throws(DatabaseError) {
      watch = try EventLoop.shared.watch(target.socket)
    } catch {
      opened.handle.close()
      target.closeSocket()
      throw error
    }
  }

  deinit {
    result.deallocate()
  }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    let statement = MySQLStatement(text, on: self)
    if statement.isPreparedEarly { try await statement.prepareOnServer() }
    return statement
  }

  /// As the server said last. While rows that nobody wanted are read off nothing changes but what
  /// ``leftoverFailure`` will tell.
  var transactionStatus = TransactionStatus.none

  var endpoint: String? { MySQLOpenFailure.shown(host) }

  func statementBegins() { interruption.reset() }

  func interrupt() { interruption.request() }

  func abandon() {
    // Under the lock: once the socket is closed another may have its number.
    socketIsClosed.withLock { isClosed in
      if !isClosed { target.shutDownSocket() }
    }
  }

  /// Between two statements a server says nothing but farewell.
  var hasEnded: Bool {
    leftover == nil && !watch.poll(for: .readable, nanoseconds: 0).isEmpty
  }

  func close() async {
    if isClosed { return }
    await leftover?.value
    leftover = nil
    isClosed = true
    forgetRetired()
    watch.remove()
    handle.close()
    socketIsClosed.withLock { $0 = true }
    target.closeSocket()
  }

  /// Makes the connection ready for a command, and claims it.
  ///
  /// - Throws: `cancelled` if the statement was interrupted before; what went wrong with the rows of
  ///   the statement before, if the session is no longer what it was.
  @inline(__always)
  func enter() async throws(DatabaseError) {
    if leftover != nil || !retired.isEmpty || strayed.fromValues { try await settle() }
    try interruption.enter()
  }

  /// The command was answered. Waits until no kill of it is on its way.
  @inline(__always)
  func leave() async {
    noteAnswer()
    if let kill = interruption.leave() {
      await bury(kill)
      noteStatus()
    }
  }

  private func settle() async throws(DatabaseError) {
    if let leftover {
      await leftover.value
      self.leftover = nil
      noteAnswer()
      defer { leftoverFailure = nil }
      if let leftoverFailure { throw leftoverFailure }
    }
    forgetRetired()
    if strayed.fromValues { try await putBack() }
  }

  private func forgetRetired() {
    for statement in retired { mysql_stmt_close(statement) }
    retired.removeAll(keepingCapacity: true)
  }

  /// Waits for the end of a kill, and lets an idle statement take what it may have left behind.
  func bury(_ kill: MySQLKill) async {
    kill.statementEnded()
    // A server could keep the mark of a kill that came too late, and stop the next statement.
    if await kill.finished() == .acknowledged { await askStatus() }
  }

  /// Runs a call of the library to its end, waiting where it would block.
  @inline(__always)
  func drive(_ begin: () -> Int32, resume: (Int32) -> Int32) async {
    tls?.forgetErrors()
    var wanted = begin()
    while wanted != 0 {
      let ready = await ready(for: wanted)
      tls?.forgetErrors()
      wanted = resume(ready)
    }
  }

  /// Waits for what a suspended call waits for; answers with what the call is to be told.
  func ready(for wanted: Int32) async -> Int32 {
    // A wake is meant for rows that were given up; here it is an old one.
    while await watch.wait(for: Readiness(wanted: wanted)) == .woken {}
    return wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE)
  }

  /// Does what ``ready(for:)`` does; nil if the task was cancelled before.
  func readyUnlessCancelled(for wanted: Int32) async -> Int32? {
    await withTaskCancellationHandler {
      while !Task.isCancelled {
        let found = await watch.wait(for: Readiness(wanted: wanted))
        if found != .woken { return wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_WRITE) }
      }
      return nil
    } onCancel: {
      watch.wake()
    }
  }

  /// Whether the socket is ready for what a suspended call waits for before the time is over.
  func isReady(for wanted: Int32, until deadline: ContinuousClock.Instant) async -> Bool {
    while true {
      let found = await watch.wait(for: Readiness(wanted: wanted), until: deadline)
      if found != .woken { return found != .timedOut }
    }
  }
}

extension Readiness {
  /// What a suspended call of the library waits for.
  fileprivate init(wanted: Int32) {
    self = []
    if wanted & MYSQL_WAIT_READ != 0 { insert(.readable) }
    if wanted & MYSQL_WAIT_WRITE != 0 { insert(.writable) }
  }
}
