public import DriverAPI
import EventLoop

/// MySQL and MariaDB over libmariadb.
///
/// Statements are prepared and speak the binary protocol; waiting is the event loop's. See
/// ``MySQLOptions`` for the URL and all of its options.
public struct MySQLDriver: Driver {
  /// A driver to register, or to open a database with.
  public init() {}

  /// `mysql` and `mariadb`; which of the two a server is, it says itself.
  public var schemes: [String] { ["mysql", "mariadb"] }

  /// As many connections as the application configures.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    _ = try MySQLOptions(url)
    return ConnectionPlan()
  }

  /// Opens a session on the first host that answers, and sets it up.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let options = try MySQLOptions(url)
    let opened = try await MySQLOpening(options: options).first()
    return try MySQLConnection(opened, options)
  }

  /// The thread that waits for the sockets.
  public var taskExecutor: (any TaskExecutor)? { EventLoop.shared }
}
