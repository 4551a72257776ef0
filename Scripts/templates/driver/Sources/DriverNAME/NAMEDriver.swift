public import DriverAPI

/// NAME, over its client library.
public struct NAMEDriver: Driver {
  /// A driver to register, or to open a database with.
  public init() {}

  /// `SCHEME`: URLs are `SCHEME://user:password@host:port/database?option=value`.
  public var schemes: [String] { ["SCHEME"] }

  /// Checks the URL; as many connections as the application configures.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    _ = try target(of: url)
    return ConnectionPlan()
  }

  /// Connects and sets the session up.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let target = try target(of: url)
    return try await BlockingConnection<NAMESession>.open(label: "SCHEME") {
      calls throws(DatabaseError) in try NAMESession(target, calls)
    }
  }

  /// What the client library needs to know to connect.
  ///
  /// - Throws: `misuse` that names the part of the URL and the remedy, never the password.
  private func target(of url: DatabaseURL) throws(DatabaseError) -> NAMETarget {
    var options = url.options
    // Take the engine's options here, by name; what is left is refused. [URL-5]
    try options.finish()
    guard let host = url.hosts.first else {
      throw .misuse("the URL names no server; write SCHEME://user:password@host:port/database")
    }
    return NAMETarget(host: host.name, port: host.port)
  }
}

/// Where a session leads.
struct NAMETarget: Sendable {
  var host: String
  /// Nil for the engine's usual port.
  var port: Int?
}
