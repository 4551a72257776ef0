public import DriverAPI

/// Firebird 3 and later, over its client library: servers, and files with the engine in this process.
///
/// | URL | what it opens |
/// | --- | --- |
/// | `firebird://user:password@host:3050/alias` | what the server's `databases.conf` calls so |
/// | `firebird://user:password@host:3050//srv/app.fdb` | a file of the server |
/// | `firebird:/srv/app.fdb` | a file, without a server |
///
/// Options: `create=on` makes the database if there is none; `role=NAME`; `wire=plain`, `encrypted` or
/// `required` says whether what goes over the network is encrypted (default: as the server wishes).
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
