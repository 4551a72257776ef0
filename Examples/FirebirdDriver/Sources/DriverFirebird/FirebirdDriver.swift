import CFirebird
public import DriverAPI

/// Firebird 3 and later, over its client library: servers, and files with the engine in this process.
///
/// | URL | what it opens |
/// | --- | --- |
/// | `firebird://user:password@host:3050/alias` | what the server's `databases.conf` calls so |
/// | `firebird://user:password@host:3050//srv/app.fdb` | a file of the server |
/// | `firebird:/srv/app.fdb` | a file, without a server |
///
/// With the option `create=on` a database that is missing is made.
public struct FirebirdDriver: Driver {
  /// A driver to register, or to open a database with.
  public init() {}

  /// `firebird`.
  public var schemes: [String] { ["firebird"] }

  /// As many connections as the application configures.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    _ = try FirebirdTarget(url)
    return ConnectionPlan()
  }

  /// Attaches to the database, on a thread of its own.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let target = try FirebirdTarget(url)
    return try await BlockingConnection<FirebirdSession>.open(label: "firebird") {
      calls throws(DatabaseError) in try FirebirdSession(target, calls)
    }
  }
}

/// What a URL names, in the terms of the client library.
struct FirebirdTarget: Sendable {
  /// The name of the database, with its server.
  let name: String
  /// The server, or the file, for errors.
  let host: String
  let isServer, creates: Bool
  /// The parameters of the attachment. They hold the password.
  private(set) var parameters = [UInt8(isc_dpb_version1), UInt8(isc_dpb_utf8_filename), 0]

  /// - Throws: `misuse` that names what is wrong with the URL, never a secret. [URL-4, URL-5]
  init(_ url: DatabaseURL) throws(DatabaseError) {
    var options = url.options
    creates = try options.flag("create") ?? false
    try options.finish()
    let database = url.path ?? url.database ?? ""
    guard !database.isEmpty, !database.utf8.contains(0),
      url.path != nil || url.hosts.count == 1 && url.hosts.first?.name.isEmpty == false
    else {
      throw .misuse(
        "a firebird: URL names a file, or one host and a database: firebird:/srv/app.fdb, "
          + "firebird://user@host/alias, firebird://user@host//srv/app.fdb")
    }
    isServer = url.path == nil
    if let server = url.hosts.first {
      let address = server.name.utf8.contains(UInt8(ascii: ":")) ? "[\(server.name)]" : server.name
      host = "\(address):\(server.port ?? 3050)"
      name = "inet://\(host)/\(database)"
    } else {
      (host, name) = (database, database)
      // Nothing in the file's name makes it that of a server.
      try add(isc_dpb_config, "Providers=Engine12")
    }
    try add(isc_dpb_lc_ctype, "UTF8")
    // The engine in this process asks for no password, but for a name.
    if let user = url.user ?? (isServer ? nil : "SYSDBA") { try add(isc_dpb_user_name, user) }
    if let password = url.password { try add(isc_dpb_password, password) }
  }

  /// The same, for a database that is yet to be made: UTF-8, SQL dialect 3, pages of 16 KiB for long keys.
  var creationParameters: [UInt8] {
    parameters + [UInt8(isc_dpb_set_db_charset), 4] + "UTF8".utf8
      + [UInt8(isc_dpb_sql_dialect), 1, 3, UInt8(isc_dpb_page_size), 4, 0, 0x40, 0, 0]
  }

  private mutating func add(_ item: Int32, _ text: String) throws(DatabaseError) {
    guard text.utf8.count < 256 else {
      throw .misuse("user and password of a firebird: URL have at most 255 bytes each")
    }
    parameters += [UInt8(item), UInt8(text.utf8.count)] + text.utf8
  }
}
