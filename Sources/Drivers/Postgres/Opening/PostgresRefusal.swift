import CPostgres
import DriverAPI
import Glibc

/// Why an attempt to open a session failed.
///
/// libpq tells it in prose only. What is used here is what can be observed: the SQLSTATE that the
/// server sent, whether libpq was asked for a password, how far the attempt had come, and, for a
/// certificate or an address that failed, what another attempt meets. The prose is passed on as
/// `serverMessage` and never interpreted.
struct PostgresRefusal {
  private let options: PostgresOptions
  private let hosts: [PostgresHost]
  /// How many addresses there are, with those that were tried before.
  private let count: Int
  private let progress: PostgresProgress
  private let place: String
  private let told: String
  private let sqlState: String?
  private let needsPassword: Bool
  private let usesTLS: Bool
  /// What the server that came last is, where that is not what was asked for.
  private let unfit: String?

  init(
    _ handle: OpaquePointer, _ options: PostgresOptions, _ hosts: [PostgresHost], of count: Int,
    _ progress: PostgresProgress
  ) {
    self.options = options
    self.hosts = hosts
    self.count = count
    self.progress = progress
    place = Self.place(of: handle)
    told = String(cString: PQerrorMessage(handle))
    sqlState = Self.sqlState(in: told)
    needsPassword = PQconnectionNeedsPassword(handle) != 0
    usesTLS = PQsslInUse(handle) != 0
    unfit = Self.unfit(handle, options.target)
  }

  /// libpq keeps what the server told at the start of a session that it then ended for being of another kind.
  private static func unfit(_ handle: OpaquePointer, _ target: PostgresTarget) -> String? {
    func reported(_ name: String) -> String? {
      PQparameterStatus(handle, name).map { String(cString: $0) }
    }
    guard target.isMissed(reported, isUntouched: true) else { return nil }
    if reported("in_hot_standby") == "on" { return "is a standby" }
    return target.takesWrites ? "takes no writes" : "is a primary that takes writes"
  }

  // Which of the others answered shows on a plain socket.
  private func unfitting(_ words: String) async -> DatabaseError {
    let codes = await PostgresReach.failures(of: hosts)
    let dead = codes.last.map { code in
      ", and \(codes.count) of \(hosts.count): \(String(cString: strerror(code)))"
    }
    return error(
      .cannotConnect,
      "no server is what target_session_attrs=\(options.target.rawValue) asks for: \(place) \(words)"
        + (dead ?? ""))
  }

  /// Where libpq is, or was last, connecting to.
  static func place(of handle: OpaquePointer) -> String {
    let name = PQhost(handle).map { String(cString: $0) } ?? ""
    let port = PQport(handle).map { String(cString: $0) } ?? ""
    return PostgresHost.description(name: name, port: port)
  }

  /// The error, with the host.
  func error() async -> DatabaseError {
    if let sqlState { return refused(sqlState) }
    if needsPassword {
      return error(.authenticationFailed, "\(place) asks for a password, and the URL has none")
    }
    if progress.isAtTLS || progress.beganTLS && !usesTLS { return await tlsFailure() }
    if !progress.reachedServer { return await unreachable() }
    if let words = unfit { return await unfitting(words) }
    return error(.cannotConnect, "\(place) let no session begin")
  }

  private func refused(_ sqlState: String) -> DatabaseError {
    let user = options.value(of: "user") ?? "the user"
    let database = options.value(of: "dbname") ?? user
    switch sqlState {
    case "28P01":
      return error(.authenticationFailed, "\(place) refused the password of user \(user)")
    case "28000":
      return error(
        .authenticationFailed, "\(place) does not let user \(user) in from here, or not this way")
    case "3D000":
      return error(.cannotConnect, "\(place) has no database \"\(database)\"")
    case "57P03":
      return error(.cannotConnect, "\(place) is starting up or shutting down")
    case "42501":
      return error(.permissionDenied, "user \(user) may not connect to \"\(database)\" at \(place)")
    default:
      let kind = PostgresCode.kind(sqlState)
      return error(
        kind == .resourceExhausted ? kind : .cannotConnect,
        kind == .resourceExhausted
          ? "\(place) takes no further connections" : "\(place) refused the session")
    }
  }

  // How far a handshake came says nothing: one that fails within a single step was never seen to begin.
  private func tlsFailure() async -> DatabaseError {
    if let file = missingRootCertificate {
      return error(.tls, "the file of trusted certificates for \(place) cannot be read: \(file)")
    }
    let mode = options.value(of: "sslmode") ?? "prefer"
    let probe = PostgresTLSProbe(options, hosts)
    if mode == "verify-full", await probe.succeeds(with: "verify-ca") {
      return error(.tls, "the certificate of \(place) is for another host name")
    }
    if mode.hasPrefix("verify"), await probe.succeeds(with: "require") {
      return error(.tls, "the certificate of \(place) is not signed by a trusted authority")
    }
    if progress.beganTLS { return error(.tls, "TLS with \(place) could not be set up") }
    // A server that goes away at this moment has not said that it has no TLS, and neither has one whose connection
    // was cut: asked again it talks with TLS.
    let demandsTLS = mode == "require" || mode.hasPrefix("verify")
    guard demandsTLS, await !probe.succeeds(with: "require"), await probe.refusesTLS() else {
      return error(.cannotConnect, "\(place) let no session begin")
    }
    return error(.tls, "\(place) offers no TLS, and sslmode demands it")
  }

  private var missingRootCertificate: String? {
    guard let mode = options.value(of: "sslmode"), mode.hasPrefix("verify") else { return nil }
    let home = getenv("HOME").map { String(cString: $0) } ?? ""
    let file = options.value(of: "sslrootcert") ?? home + "/.postgresql/root.crt"
    return access(file, R_OK) == 0 || file == "system" ? nil : file
  }

  private func unreachable() async -> DatabaseError {
    let codes = await PostgresReach.failures(of: hosts)
    guard let code = codes.last else {
      return error(.cannotConnect, "no connection to \(place)")
    }
    let reason = String(cString: strerror(code))
    let others = count > 1 ? ", the last of \(count) addresses" : ""
    let hint = code == ECONNREFUSED || code == ENOENT ? "; is a server running there?" : ""
    return error(
      .cannotConnect, "no connection to \(place)\(others): \(reason)\(hint)", nativeCode: Int(code))
  }

  private func error(
    _ kind: DatabaseError.Kind, _ message: String, nativeCode: Int? = nil
  ) -> DatabaseError {
    DatabaseError(
      kind, message, connection: .spent, execution: .notSent,
      details: .init(sqlState: sqlState, nativeCode: nativeCode, host: place),
      serverMessage: told.isEmpty ? nil : told)
  }

  /// The last SQLSTATE of a message that was written verbosely: `SEVERITY:  28P01: words`, in every
  /// language.
  static func sqlState(in message: String) -> String? {
    var last: String?
    let bytes = Array(message.utf8)
    for index in bytes.indices.dropLast(8) where bytes[index] == UInt8(ascii: ":") {
      let code = bytes[(index + 3)..<(index + 8)]
      let isCode = code.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      guard bytes[index + 1] == 32, bytes[index + 2] == 32, isCode,
        bytes[index + 8] == UInt8(ascii: ":")
      else { continue }
      last = String(decoding: code, as: UTF8.self)
    }
    return last
  }
}
