import CPostgres
import DriverAPI
import EventLoop
import Glibc

/// One attempt to open a session, driven by waiting for whichever socket libpq uses at the moment.
final class PostgresAttempt {
  private let handle: OpaquePointer
  private let options: PostgresOptions
  private let hosts: [PostgresHost]
  private let count: Int
  private let limit: Duration?
  private var progress = PostgresProgress()
  /// Which of the addresses libpq came to last.
  private(set) var lastIndex: Int?
  /// Whether it was given up because its time was over.
  private(set) var isSilent = false

  /// - Parameters:
  ///   - count: how many addresses there are, with those that were tried before.
  ///   - limit: how long each address may take.
  init(
    _ options: PostgresOptions, _ hosts: [PostgresHost], of count: Int, limit: Duration?
  ) throws(DatabaseError) {
    self.options = options
    self.count = count
    self.hosts = hosts
    self.limit = limit
    guard let handle = Self.start(options.connectionKeywords(hosts)) else {
      throw DatabaseError(.resourceExhausted, "memory ran out", connection: .spent)
    }
    self.handle = handle
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    // The only way libpq 15 tells the SQLSTATE of a refusal: in front of the message.
    PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
  }

  /// Connects.
  ///
  /// - Throws: why there is no session; `cancelled` when the task is cancelled.
  func run(
    onReady: (@Sendable (Readiness) -> Void)?
  ) async throws(DatabaseError) -> PostgresLink {
    do throws(DatabaseError) {
      try await poll()
    } catch {
      lastIndex = indexNow
      PQfinish(handle)
      throw error
    }
    PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
    return try PostgresLink(handle, onReady: onReady)
  }

  /// Several servers can have one address, and several names too.
  private var indexNow: Int? {
    let now = PostgresHost(of: handle)
    return hosts.firstIndex {
      $0.name == now.name && $0.address == now.address && $0.hasPort(of: now)
    }
      ?? hosts.firstIndex { $0.address == now.address && $0.hasPort(of: now) }
  }

  private func poll() async throws(DatabaseError) {
    // What follows the start is as if libpq had asked to write.
    var next = PGRES_POLLING_WRITING
    while PQstatus(handle) != CONNECTION_BAD {
      progress.note(handle)
      switch next {
      case PGRES_POLLING_OK: return
      case PGRES_POLLING_READING: try await wait(for: .readable)
      case PGRES_POLLING_WRITING: try await wait(for: .writable)
      default: throw await failure()
      }
      next = PQconnectPoll(handle)
    }
    throw await failure()
  }

  // The socket can be another one after every step, even under the same number: it is watched for one
  // wait only, and let go before libpq can close it.
  private func wait(for interest: Readiness) async throws(DatabaseError) {
    let watch = try EventLoop.shared.watch(PQsocket(handle))
    defer { watch.remove() }
    let deadline = progress.deadline(limit)
    let ready = await withTaskCancellationHandler {
      await watch.wait(for: interest, until: deadline)
    } onCancel: {
      watch.wake()
    }
    if Task.isCancelled { throw cancelled() }
    if ready.contains(.timedOut) { throw tooSlow() }
  }

  private func failure() async -> DatabaseError {
    await PostgresRefusal(handle, options, hosts, of: count, progress).error()
  }

  private func cancelled() -> DatabaseError {
    DatabaseError(
      .cancelled, "the task was cancelled while it connected", connection: .spent,
      execution: .notSent)
  }

  private func tooSlow() -> DatabaseError {
    let place = PostgresRefusal.place(of: handle)
    isSilent = true
    return DatabaseError(
      .cannotConnect, "\(place) did not answer within the connect_timeout", connection: .spent,
      execution: .notSent, details: .init(host: place))
  }

  static func start(_ keywords: [PostgresOptions.Keyword]) -> OpaquePointer? {
    var names: [UnsafePointer<CChar>?] = keywords.map { UnsafePointer(strdup($0.name)) }
    var values: [UnsafePointer<CChar>?] = keywords.map { UnsafePointer(strdup($0.value)) }
    defer {
      for text in names + values { free(UnsafeMutablePointer(mutating: text)) }
    }
    names.append(nil)
    values.append(nil)
    return PQconnectStartParams(names, values, 0)
  }
}

/// How far an attempt has come.
struct PostgresProgress {
  /// libpq went beyond the connecting of the socket.
  private(set) var reachedServer = false
  /// A handshake of TLS has begun.
  private(set) var beganTLS = false
  /// libpq stood in the middle of setting up TLS last.
  private(set) var isAtTLS = false
  private var address: [String] = []
  private var addressSince = ContinuousClock.now

  mutating func note(_ handle: OpaquePointer) {
    let status = PQstatus(handle)
    let address = [PQhostaddr(handle), PQhost(handle), PQport(handle)].map { part in
      part.map { String(cString: $0) } ?? ""
    }
    if address != self.address {
      self = PostgresProgress()
      self.address = address
    }
    if status != CONNECTION_STARTED, status != CONNECTION_NEEDED { reachedServer = true }
    isAtTLS = status == CONNECTION_SSL_STARTUP
    if isAtTLS, PQsslStruct(handle, "OpenSSL") != nil { beganTLS = true }
  }

  func deadline(_ limit: Duration?) -> ContinuousClock.Instant? { limit.map { addressSince + $0 } }
}

extension PostgresOptions {
  /// Everything for libpq, hosts and settings included.
  func connectionKeywords(_ hosts: [PostgresHost]) -> [Keyword] {
    var list = keywords.filter { !["options", "hostaddr"].contains($0.name) }
    if !hosts.isEmpty {
      list.append(Keyword(name: "host", value: Self.joined(hosts.map(\.name))))
      list.append(Keyword(name: "hostaddr", value: Self.joined(hosts.map(\.address))))
      if hosts.contains(where: { $0.port != nil }) {
        let ports = hosts.map { $0.port.map(String.init) ?? "" }
        list.append(Keyword(name: "port", value: Self.joined(ports)))
      }
    }
    if cachesStatements {
      list.append(Keyword(name: "options", value: startupOptions))
    } else if let own = value(of: "options") {
      list.append(Keyword(name: "options", value: own))
    }
    // A host that died without a word is noticed after half a minute.
    for (name, value) in Self.lifeSigns where self.value(of: name) == nil {
      list.append(Keyword(name: name, value: value))
    }
    list.append(Keyword(name: "client_encoding", value: "UTF8"))
    list.append(Keyword(name: "fallback_application_name", value: "dovetail"))
    return list
  }

  /// Of TCP; the URL's own come first. The last is in milliseconds, the others in seconds.
  private static let lifeSigns = [
    ("keepalives", "1"), ("keepalives_idle", "15"), ("keepalives_interval", "5"),
    ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
  ]

  private static func joined(_ parts: [String]) -> String { parts.joined(separator: ",") }
}
