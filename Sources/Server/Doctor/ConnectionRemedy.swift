import DriverAPI

/// What to do when a database server cannot be reached, by what was observed.
enum ConnectionRemedy {
  // No such database: PostgreSQL's SQLSTATE, MySQL's error number.
  private static let unknownDatabaseStates = ["3D000", "42000"]
  private static let unknownDatabaseCode = 1049

  /// The remedy for an error of connecting; nil where the error says all there is to say.
  static func text(for error: DatabaseError, _ target: DatabaseTarget) -> String? {
    if isUnknownDatabase(error) {
      let name = target.url.database ?? "the database"
      return "the server is there and has no such database: create \(name), or correct its name in "
        + "MARCHAT_DB_PATH"
    }
    return switch error.kind {
    case .cannotConnect, .connectionLost:
      "nobody answers there: is the server running, and are host and port in MARCHAT_DB_PATH right?"
    case .authenticationFailed:
      "the server is there and refuses the user: correct user and password in MARCHAT_DB_PATH"
    case .tls:
      "the server is there and the encrypted channel is not as demanded: check its certificate, its "
        + "name in MARCHAT_DB_PATH and the CA file"
    case .permissionDenied: "grant the user the right to use the database"
    case .resourceExhausted, .poolTimeout:
      "the server takes no more connections: raise max_connections or let others use fewer"
    default: nil
    }
  }

  private static func isUnknownDatabase(_ error: DatabaseError) -> Bool {
    error.details.nativeCode == unknownDatabaseCode
      || error.details.nativeCode == nil
        && error.details.sqlState.map(unknownDatabaseStates.contains) == true
  }
}
