public import DriverAPI
import EventLoop

/// PostgreSQL 12 and later through libpq, which must be 14 or later.
///
/// ```swift
/// try DriverRegistry.shared.register(PostgresDriver())
/// let db = try await Database.open("postgres://app@db1,db2/shop?target_session_attrs=read-write")
/// ```
///
/// See ``PostgresOptions`` for what a URL can say.
public struct PostgresDriver: Driver {
  /// `postgres` and `postgresql`.
  public let schemes = ["postgres", "postgresql"]

  /// A driver; it has no state of its own.
  public init() {}

  /// As many connections as the application configures, and few that many tasks share.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    ConnectionPlan(maxPipelines: try PostgresOptions(url).pipelineCount)
  }

  /// Opens a session.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let options = try PostgresOptions(url)
    let link = try await PostgresLink.open(options)
    let connection = PostgresConnection(link, options)
    do throws(DatabaseError) { try await connection.setUp() } catch {
      await connection.close()
      throw error
    }
    return connection
  }

  /// Opens a session that many tasks share.
  public func openPipeline(
    to url: DatabaseURL
  ) async throws(DatabaseError) -> any DriverPipeline {
    try await PostgresPipeline.open(try PostgresOptions(url))
  }

  /// The thread that waits for the sockets.
  public var taskExecutor: (any TaskExecutor)? { EventLoop.shared }
}
