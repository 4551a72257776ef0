public import DriverAPI

/// SQLite over the system's libsqlite3.
///
/// A file has one writing connection with a fair queue and several that only read; statements run
/// inline on the caller's thread. See ``SQLiteOptions`` for the URL and all of its options.
public struct SQLiteDriver: Driver {
  /// A driver to register, or to open a database with.
  public init() {}

  /// `sqlite`, and `file` for SQLite's own form of URI.
  public var schemes: [String] { ["sqlite", "file"] }

  /// One writer, and readers for a file; a database in memory has a single connection that holds it.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    let options = try SQLiteOptions(url)
    if options.isInMemory {
      return ConnectionPlan(maxWriters: 1, connectionsHoldTheData: true)
    }
    var plan = ConnectionPlan(maxWriters: 1, maxReaders: options.readerCount)
    // Another process's lock is waited for twice at most: by the settings and by the journal.
    plan.connectsWithin = options.busyTimeout * 2
    return plan
  }

  /// Opens the file, sets the session up, and makes sure that it is a database.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let connection = try SQLiteConnection(SQLiteOptions(url), role)
    do {
      try await connection.setUp()
      return connection
    } catch {
      await connection.close()
      throw error
    }
  }
}
