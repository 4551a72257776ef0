public import DriverAPI

/// How a session with a server is opened, as read from a URL.
///
/// | option | meaning |
/// | --- | --- |
/// | `ssl-mode` | `DISABLED`, `PREFERRED` (default), `REQUIRED`, `VERIFY_CA`, `VERIFY_IDENTITY` |
/// | `tls` | Go's words for it: `false`, `preferred`, `skip-verify`, `true` |
/// | `ssl` | a switch: `true` is `REQUIRED`, or with `ssl-ca` `VERIFY_CA`; `false` is `DISABLED` |
/// | `ssl-verify-server-cert` | a switch: `true` is `VERIFY_IDENTITY` |
/// | `ssl-ca` | file of the authority that must have signed; alone it means `VERIFY_CA` |
/// | `ssl-cert`, `ssl-key` | files of our own certificate |
/// | `connect_timeout`, `timeout` | how long one host may take: `3s`; default 10 s over all hosts |
/// | `connectTimeout` | the same; a plain number counts milliseconds, of `connect_timeout` seconds |
/// | `socket` | path of a Unix socket instead of a host |
/// | `sql_mode` | modes added to the strict ones, such as `ONLY_FULL_GROUP_BY` |
/// | `keepalives_idle` | seconds of silence before TCP asks whether the host lives; default 15, 0 never |
/// | `tcp_user_timeout` | milliseconds that sent bytes may stay unacknowledged; default 30000, 0 for ever |
/// | `collation` | collation of the session, one of `utf8mb4_…` |
/// | `target_session_attrs` | which of several servers: `any` (default), `read-write` or `primary`, `read-only` or `standby`, `prefer-standby` |
/// | `rejectReadOnly` | Go's word: `true` is `read-write` |
/// | `load_balance_hosts` | the order in which hosts are tried: `disable` (as written, default), `random` |
/// | `wsrep_sync_wait` | Galera: what waits for all that the cluster has committed, 0 to 15, as the server adds it up: 1 for reads |
///
/// The words of go-sql-driver, JDBC, PyMySQL, SQLAlchemy and the C library are taken where they mean
/// one of these (`sslMode`, `ssl_ca`, `unix_socket` …) or ask for what this driver does anyway
/// (`parseTime=true`, `charset=utf8mb4`, `loc=UTC`, `clientFoundRows=true` …), and refused with what
/// to do instead elsewhere.
public struct MySQLOptions: Sendable {
  /// The servers, as the URL has them.
  public let hosts: [DatabaseURL.Host]
  /// Which of them is meant.
  let target: MySQLTarget
  /// Whether they are tried in no order.
  let triesAtRandom: Bool
  /// What waits for the rest of a Galera cluster; nil for what the server says.
  let syncWait: Int?
  /// The database, if one is named.
  public let database: String?
  let user: String?
  let password: String?
  let tls: MySQLTLSMode
  let authorityFile: String?
  let certificateFile: String?
  let keyFile: String?
  /// For each host.
  var connectTimeout: Duration
  let collation: String?
  /// Modes of `sql_mode` beyond those that every session has.
  let addedModes: [String]
  /// In seconds.
  let keepAliveIdle: Int
  /// In milliseconds.
  let tcpUserTimeout: Int

  /// Reads the options of a URL.
  ///
  /// - Throws: `misuse` that names an unknown option or a value that is not allowed.
  public init(_ url: DatabaseURL) throws(DatabaseError) {
    var options = url.options
    user = url.user
    password = url.password
    database = url.database
    try Self.takeForeignWords(&options)
    hosts = try Self.hosts(url, socket: options.take("socket"))
    authorityFile = options.take("ssl-ca")
    certificateFile = options.take("ssl-cert")
    keyFile = options.take("ssl-key")
    tls = try Self.tlsMode(&options, hasAuthority: authorityFile != nil)
    connectTimeout = try Self.connectTimeout(&options) ?? .seconds(max(2, 10 / hosts.count))
    collation = try Self.collation(&options)
    target = try MySQLTarget(&options)
    triesAtRandom =
      try options.take("load_balance_hosts", oneOf: ["disable", "random"]) == "random"
    syncWait = try options.integer("wsrep_sync_wait", in: 0...15)
    addedModes = try Self.addedModes(&options)
    keepAliveIdle = try options.integer("keepalives_idle", in: 0...32_767) ?? 15
    tcpUserTimeout = try options.integer("tcp_user_timeout", in: 0...86_400_000) ?? 30_000
    try Self.takeGoOptions(&options)
    try options.finish()
    try checkFiles()
  }

  /// The same for a session that is to stop a statement: somebody is waiting for that.
  var hurried: MySQLOptions {
    var options = self
    options.connectTimeout = min(connectTimeout, .seconds(2))
    return options
  }

  /// Whether it matters what a server is among others.
  var asksWhatServersAre: Bool { hosts.count > 1 || target != .any }

  private static func hosts(
    _ url: DatabaseURL, socket: String?
  ) throws(DatabaseError) -> [DatabaseURL.Host] {
    guard let socket else {
      // The name localhost would mean a socket to the library, and 127.0.0.1 is what is meant.
      return url.hosts.isEmpty ? [DatabaseURL.Host(name: "127.0.0.1")] : url.hosts
    }
    guard url.hosts.isEmpty, socket.utf8.first == UInt8(ascii: "/") else {
      throw .misuse("the option 'socket' must be an absolute path, and stands instead of a host")
    }
    return [DatabaseURL.Host(name: socket)]
  }

  /// The C library counts plain seconds, Java milliseconds; Go has units.
  private static func connectTimeout(
    _ options: inout DatabaseURL.Options
  ) throws(DatabaseError) -> Duration? {
    var limits: [Duration?] = []
    for (name, unit) in [
      ("connect_timeout", Duration.seconds(1)), ("connectTimeout", .milliseconds(1)),
    ] {
      let given = options.remaining.first { $0.name == name }?.value
      if let count = given.flatMap({ Int32($0) }), count > 0 {
        limits.append(unit * Int(count))
        _ = options.take(name)
      } else {
        limits.append(try options.duration(name))
      }
    }
    limits.append(try options.duration("timeout"))
    let given = limits.compactMap(\.self)
    guard given.count <= 1 else {
      throw .misuse("'connect_timeout', 'connectTimeout' and 'timeout' say the same; keep one")
    }
    guard given.first != .zero else {
      throw .misuse("a limit of 0 for connecting would let nothing connect; leave it out")
    }
    return given.first
  }

  private static func collation(
    _ options: inout DatabaseURL.Options
  ) throws(DatabaseError) -> String? {
    guard let name = options.take("collation")?.lowercased() else { return nil }
    let isWord = name.utf8.allSatisfy {
      $0 == UInt8(ascii: "_") || (48...57).contains($0) || (97...122).contains($0)
    }
    guard isWord, name.hasPrefix("utf8mb4_") else {
      throw .misuse("the option 'collation' must be one of utf8mb4, such as utf8mb4_unicode_ci")
    }
    return name
  }

  private func checkFiles() throws(DatabaseError) {
    if authorityFile != nil, tls != .verifyCA, tls != .verifyIdentity {
      throw .misuse(
        "'ssl-ca' is of no use with ssl-mode=\(tls.rawValue.uppercased()), which verifies nothing; "
          + "say VERIFY_CA or VERIFY_IDENTITY")
    }
    if tls == .verifyCA, authorityFile == nil {
      throw .misuse("ssl-mode=VERIFY_CA needs the file of the authority: add ssl-ca=/path/ca.pem")
    }
    if (certificateFile == nil) != (keyFile == nil) {
      throw .misuse("'ssl-cert' and 'ssl-key' belong together; give both or none")
    }
  }
}
