import DriverAPI

/// What to do when a database server cannot be reached, by what was observed.
enum ConnectionRemedy {
  // No such database: PostgreSQL's SQLSTATE, MySQL's error number.
  private static let unknownDatabaseStates = ["3D000", "42000"]
  private static let unknownDatabaseCode = 1049

  /// The remedy for an error of connecting, once it is known whether the server's name is; nil where the
  /// error says all there is to say.
  static func observed(for error: DatabaseError, _ target: DatabaseTarget) async -> String? {
    if error.kind == .cannotConnect,
      let name = await HostLookup.unknownName(of: target.url.hosts.map(\.name))
    {
      return
        "this machine knows no server named \(name): correct the name in MARCHAT_DB_PATH, or enter "
        + "it where names are looked up (DNS, /etc/hosts)"
    }
    return text(for: error, target)
  }

  /// The remedy for an error of connecting; nil where the error says all there is to say.
  static func text(for error: DatabaseError, _ target: DatabaseTarget) -> String? {
    if isUnknownDatabase(error) {
      let name = target.url.database ?? "the database"
      return "the server is there and has no such database: create \(name), or correct its name in "
        + "MARCHAT_DB_PATH"
    }
    if let text = bySpecificCode(error, target) { return text }
    return switch error.kind {
    case .cannotConnect, .connectionLost:
      "nobody answers there: is the server running, and are host and port in MARCHAT_DB_PATH right?"
    case .authenticationFailed:
      "the server is there and refuses the user: correct user and password in MARCHAT_DB_PATH"
    case .tls:
      "the server is there and the encrypted channel is not as demanded: check its certificate, its "
        + "name in MARCHAT_DB_PATH and the CA file"
    case .permissionDenied:
      "as the database's owner: GRANT CONNECT ON DATABASE \(name(of: target)) TO \(user(of: target))"
    case .resourceExhausted, .poolTimeout:
      "the server takes no more connections: raise max_connections, or the limit of this user (\(limit(target))), or let others use fewer"
    default: nil
    }
  }

  /// Where the kind of an error alone would send people the wrong way.
  private static func bySpecificCode(_ error: DatabaseError, _ target: DatabaseTarget) -> String? {
    switch (error.details.nativeCode, error.details.sqlState) {
    case (1044, _):
      "the server is there and knows the user: CREATE DATABASE \(name(of: target)) if there is none, "
        + "and GRANT ALL PRIVILEGES ON \(name(of: target)).* TO that user"
    case (1130, _):
      "the server is there and lets that user in from other machines only: CREATE USER "
        + "'\(user(of: target))'@'the address of this machine' and grant it the database"
    case (nil, "28000"):
      // For a user that there is not, one that may not log in, and one without a rule for this machine.
      "the server is there and does not let this user in from here: as its administrator, CREATE ROLE "
        + "\(user(of: target)) LOGIN PASSWORD '…' or ALTER ROLE \(user(of: target)) LOGIN, and see that "
        + "its pg_hba.conf has a rule; or correct the user in MARCHAT_DB_PATH"
    case (nil, "57P03"): "the server is there and is still starting or stopping: try again soon"
    default: nil
    }
  }

  private static func name(of target: DatabaseTarget) -> String {
    target.url.database ?? user(of: target)
  }

  private static func user(of target: DatabaseTarget) -> String { target.url.user ?? "the user" }

  private static func limit(_ target: DatabaseTarget) -> String {
    target.url.scheme.hasPrefix("postgres")
      ? "ALTER ROLE … CONNECTION LIMIT, ALTER DATABASE … CONNECTION LIMIT"
      : "max_user_connections"
  }

  private static func isUnknownDatabase(_ error: DatabaseError) -> Bool {
    error.details.nativeCode == unknownDatabaseCode
      || error.details.nativeCode == nil
        && error.details.sqlState.map(unknownDatabaseStates.contains) == true
  }
}
