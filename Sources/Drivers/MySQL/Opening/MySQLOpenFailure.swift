import CMariaDB
import DriverAPI

#if canImport(Glibc)
import Glibc
#endif

/// Why no session could be opened, in terms an operator can act on. [CONN-2]
struct MySQLOpenFailure {
  let opening: MySQLOpening
  let host: DatabaseURL.Host
  let handle: MySQLHandle
  let elapsed: Duration

  var error: DatabaseError {
    let (kind, message) = finding
    return Self.make(
      kind, message, host,
      .init(
        sqlState: handle.sqlState, nativeCode: code, host: Self.shown(host)),
      handle.serverMessage)
  }

  /// The library trusts no error that comes before the channel is encrypted: too many connections, a machine
  /// that is not let in. It gives all of them the code of a port that refuses, and the server's in the text.
  private var code: Int {
    guard handle.code == Int(CR_CONNECTION_ERROR) else { return handle.code }
    return Self.codeBeforeTLS(in: handle.serverMessage) ?? handle.code
  }

  /// The server's code in the library's words about an error that it did not trust.
  static func codeBeforeTLS(in told: String) -> Int? {
    guard told.utf8.starts(with: "Received error packet before completion of TLS handshake".utf8),
      let start = told.firstRange(of: "verified: ")?.upperBound
    else { return nil }
    return Int(told[start...].prefix { $0.isWholeNumber })
  }

  private var options: MySQLOptions { opening.options }

  private var finding: (DatabaseError.Kind, String) {
    switch code {
    case Int(CR_UNKNOWN_HOST):
      (.cannotConnect, "the host name cannot be resolved; check its spelling and the DNS")
    case Int(CR_CONNECTION_ERROR), Int(CR_CONN_HOST_ERROR), Int(CR_SOCKET_CREATE_ERROR):
      (.cannotConnect, unreachable)
    case Int(CR_SERVER_LOST), Int(CR_SERVER_HANDSHAKE_ERR), Int(CR_VERSION_ERROR),
      Int(CR_MALFORMED_PACKET), Int(CR_SERVER_GONE_ERROR):
      (.cannotConnect, "something accepted the connection but did not greet as MySQL does")
    case Int(CR_SSL_CONNECTION_ERROR): (.tls, tlsFinding)
    case 3159: (.tls, "the server takes only encrypted connections; add ssl-mode=REQUIRED")
    case 1045, 1698, 1820, 1862, 4151:
      (.authenticationFailed, "the server refused the user or the password")
    case 1130: (.authenticationFailed, "the server does not let this machine in for that user")
    case 1044, 1049:
      (.cannotConnect, "the database does not exist, or the user may not use it; create it first")
    case 1251, Int(CR_AUTH_PLUGIN_CANNOT_LOAD), Int(CR_AUTH_PLUGIN_ERR), Int(CR_SECURE_AUTH):
      (.authenticationFailed, "the user's way of authentication is not one libmariadb can do here")
    case 1040, 1203, 1226: (.resourceExhausted, "the server has no connection left to give")
    default: (.cannotConnect, "the server refused the connection")
    }
  }

  private var unreachable: String {
    if host.isSocket { return "nothing listens on the socket; is the server running?" }
    let isOver = elapsed >= options.connectTimeout
    return isOver
      ? "the host did not answer in time; check address, routes and firewalls"
      : "the port refused the connection; is the server running there?"
  }

  /// The library has one code for every failure of TLS. What it was is found out by facts: whether
  /// the files can be read, what the server said it can do, and whether it gets through with a name
  /// that need not match, without a user, so that no password travels.
  private var tlsFinding: String {
    for file in [options.authorityFile, options.certificateFile, options.keyFile] {
      if let file, access(file, R_OK) != 0 { return "the file \(file) cannot be read" }
    }
    let offered = handle.pointer.pointee.server_capabilities
    if offered != 0, offered & UInt(CLIENT_SSL) == 0 { return Self.notOfferedMessage(options.tls) }
    if options.tls == .verifyIdentity, options.authorityFile != nil, passes(.verifyCA) {
      return "the server's certificate does not name this host; use the name in the certificate, "
        + "or ssl-mode=VERIFY_CA"
    }
    if options.tls == .verifyCA || options.tls == .verifyIdentity, passes(.required) {
      return options.authorityFile == nil
        ? "the server's certificate is not trusted, or names another host; "
          + "name its authority with ssl-ca"
        : "the server's certificate is not signed by the authority in ssl-ca, or not valid now"
    }
    return "the encrypted channel could not be set up"
  }

  private func passes(_ mode: MySQLTLSMode) -> Bool {
    guard let probe = opening.connected(to: host, as: mode, anonymously: true) else { return false }
    defer { probe.close() }
    // Any answer to the user's name came through the channel.
    return probe.code == 0 || (1000..<2000).contains(probe.code)
  }
}

extension MySQLOpenFailure {
  static func notOffered(_ host: DatabaseURL.Host, _ mode: MySQLTLSMode) -> DatabaseError {
    make(.tls, notOfferedMessage(mode), host, .init(host: shown(host)), nil)
  }

  static func noMemory(_ host: DatabaseURL.Host) -> DatabaseError {
    make(.resourceExhausted, "memory for a connection ran out", host, .init(host: shown(host)), nil)
  }

  /// A session with a server that is not the one asked for.
  static func unfit(_ host: DatabaseURL.Host, _ reason: String) -> DatabaseError {
    make(.cannotConnect, reason, host, .init(host: shown(host)), nil)
  }

  /// A session that came about but could not be set up.
  static func setUp(
    _ handle: MySQLHandle, _ host: DatabaseURL.Host, _ options: MySQLOptions
  ) -> DatabaseError {
    let words =
      switch handle.code {
      case MySQLCode.notReady:
        "it is not part of its cluster's primary component, or not ready yet"
      case 1193 where options.syncWait != nil:
        "the server knows no wsrep_sync_wait, which is Galera's; leave the option out"
      default: "the session could not be set to UTF-8, UTC and strict mode"
      }
    return make(
      .cannotConnect, words, host,
      .init(sqlState: handle.sqlState, nativeCode: handle.code, host: shown(host)),
      handle.serverMessage)
  }

  /// One error for several hosts of which none answered.
  static func summary(_ failures: [DatabaseError]) -> DatabaseError {
    guard failures.count > 1, let last = failures.last else {
      return failures.first ?? .misuse("the database URL names no host")
    }
    let causes = failures.map { "\($0.details.host ?? "?"): \($0.message)" }
    var details = last.details
    details.host = failures.compactMap(\.details.host).joined(separator: ", ")
    return DatabaseError(
      last.kind, "none of \(failures.count) hosts answered: " + causes.joined(separator: "; "),
      connection: .spent, execution: .notSent, details: details, serverMessage: last.serverMessage)
  }

  /// `host:port`, or the path of the socket.
  static func shown(_ host: DatabaseURL.Host) -> String {
    host.isSocket ? host.name : "\(host.name):\(host.port ?? 3306)"
  }

  private static func notOfferedMessage(_ mode: MySQLTLSMode) -> String {
    "the server does not offer TLS and ssl-mode=\(mode.rawValue.uppercased()) demands it"
  }

  private static func make(
    _ kind: DatabaseError.Kind, _ message: String, _ host: DatabaseURL.Host,
    _ details: DatabaseError.Details, _ told: String?
  ) -> DatabaseError {
    DatabaseError(
      kind, message, connection: .spent, execution: .notSent, details: details, serverMessage: told)
  }
}
