import CMariaDB
import DriverAPI
import EventLoop

/// Opens sessions. Every call blocks, so it runs on a ``BlockingThread``.
///
/// The library could connect without blocking too, but resolving a name blocks all the same, and a
/// connection is opened once in a thousand statements.
struct MySQLOpening: Sendable {
  let options: MySQLOptions

  /// A session on the first host that answers and is what the URL asks for, or else on the first that will do.
  /// [CONN-6, HA-1]
  ///
  /// - Throws: the failure of the host that answered but refused, or of all that did not.
  func first() async throws(DatabaseError) -> MySQLOpened {
    var failures: [DatabaseError] = []
    var spare: MySQLOpened?
    do throws(DatabaseError) {
      for host in inOrder {
        if Task.isCancelled { throw cancelled }
        let outcome = await BlockingThread.run { open(host) }
        switch outcome ?? .failure(noThread) {
        case .success(let opened):
          SilentHosts.shared.noteAnswer(of: MySQLOpenFailure.shown(host))
          switch opened.node.map(options.target.fits) ?? .well {
          case .well:
            await close(spare)
            return opened
          case .ifNeedBe where spare == nil: spare = opened
          case .ifNeedBe: await close(opened)
          case .not(let reason):
            await close(opened)
            failures.append(MySQLOpenFailure.unfit(host, reason))
          }
        case .failure(let error):
          // Who refuses a password or a certificate has answered.
          if error.kind != .cannotConnect && error.kind != .resourceExhausted { throw error }
          failures.append(error)
        }
      }
    } catch {
      await close(spare)
      throw error
    }
    if let spare { return spare }
    throw MySQLOpenFailure.summary(failures)
  }

  private var inOrder: [DatabaseURL.Host] {
    let hosts = options.triesAtRandom ? options.hosts.shuffled() : options.hosts
    return SilentHosts.shared.last(of: hosts, by: MySQLOpenFailure.shown)
  }

  // Says farewell, which may block.
  private func close(_ opened: MySQLOpened?) async {
    guard let handle = opened?.handle else { return }
    if await BlockingThread.run({ handle.close() }) == nil { handle.close() }
  }

  /// Opens a session on one host and sets it up, blocking.
  func open(_ host: DatabaseURL.Host) -> Result<MySQLOpened, DatabaseError> {
    // The thread may have opened others before.
    MySQLTLSErrors()?.forgetErrors()
    let start = ContinuousClock.now
    guard let handle = connected(to: host, as: mode(for: host)) else {
      return .failure(MySQLOpenFailure.noMemory(host))
    }
    do throws(DatabaseError) {
      if handle.code != 0 {
        let elapsed = ContinuousClock.now - start
        if elapsed >= options.connectTimeout {
          SilentHosts.shared.noteSilence(of: MySQLOpenFailure.shown(host))
        }
        throw MySQLOpenFailure(opening: self, host: host, handle: handle, elapsed: elapsed).error
      }
      try checkTLS(handle, host)
      return .success(try MySQLOpened(handle, host, setUpWith: options))
    } catch {
      handle.close()
      return .failure(error)
    }
  }

  /// Tries to connect, blocking; the handle tells whether it worked. Nil only without memory.
  func connected(
    to host: DatabaseURL.Host, as mode: MySQLTLSMode, anonymously: Bool = false
  ) -> MySQLHandle? {
    guard let handle = MySQLHandle() else { return nil }
    mysql_options(handle.pointer, MYSQL_OPT_NONBLOCK, nil)
    handle.set(MYSQL_SET_CHARSET_NAME, "utf8mb4")
    // A server must not be able to ask for our files.
    handle.set(MYSQL_OPT_LOCAL_INFILE, UInt32(0))
    let limit = options.connectTimeout.components
    let seconds = UInt32(clamping: limit.seconds + (limit.attoseconds > 0 ? 1 : 0))
    handle.set(MYSQL_OPT_CONNECT_TIMEOUT, seconds)
    if mode == .disabled { limitAnswers(handle, seconds) }
    demandTLS(handle, mode)
    _ = handle.connect(
      host, user: anonymously ? "" : options.user, password: anonymously ? nil : options.password,
      database: anonymously ? nil : options.database)
    // What is set now, only TLS reads; and the library takes it for milliseconds there.
    if mode != .disabled { limitAnswers(handle, min(seconds, 1_000_000) * 1000) }
    return handle
  }

  /// Limits the blocking calls that set the session up, and those that kill; no other heeds it.
  private func limitAnswers(_ handle: MySQLHandle, _ limit: UInt32) {
    handle.set(MYSQL_OPT_READ_TIMEOUT, limit)
    handle.set(MYSQL_OPT_WRITE_TIMEOUT, limit)
  }

  private func mode(for host: DatabaseURL.Host) -> MySQLTLSMode {
    host.isSocket && options.tls == .preferred ? .disabled : options.tls
  }

  private func demandTLS(_ handle: MySQLHandle, _ mode: MySQLTLSMode) {
    handle.set(MYSQL_OPT_SSL_ENFORCE, mode.isDemanded)
    handle.set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, mode == .verifyIdentity)
    if mode == .disabled { return }
    // Marks TLS as wished for; with an authority the library checks who signed, even unasked.
    let verifies = mode == .verifyCA || mode == .verifyIdentity
    mysql_ssl_set(
      handle.pointer, options.keyFile, options.certificateFile,
      verifies ? options.authorityFile : nil, nil, nil)
  }

  // The library goes on without TLS if the server has none, even if it is told to enforce it.
  private func checkTLS(_ handle: MySQLHandle, _ host: DatabaseURL.Host) throws(DatabaseError) {
    if options.tls.isDemanded, mysql_get_ssl_cipher(handle.pointer) == nil {
      throw MySQLOpenFailure.notOffered(host, options.tls)
    }
  }

  private var cancelled: DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled while it connected", connection: .spent,
      execution: .notSent)
  }

  private var noThread: DatabaseError {
    DatabaseError(
      .resourceExhausted, "the system has no room for the thread that connects",
      connection: .spent, execution: .notSent)
  }
}
