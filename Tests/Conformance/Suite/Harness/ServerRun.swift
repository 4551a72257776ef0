import DriverAPI

/// One run on a server: its number, the lock that says it is alive, and a few sessions of its own.
struct ServerRun: Sendable {
  let number: Int32
  let namespaces: Namespaces
  private let database: Database
  private let lock: RunLock

  /// Opens the sessions, takes the lock, and removes what dead runs left behind.
  static func begin(_ url: DatabaseURL, _ driver: any Driver) async throws -> ServerRun {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 3
    configuration.statementTimeout = .seconds(20)
    // Tests that run beside may have all threads of a small machine for a while.
    configuration.connectTimeout = .seconds(60)
    let database = try await Database.open(url, with: driver, configuration: configuration)
    do {
      let namespaces = try Namespaces.of(database.server)
      let lock = try await RunLock.take(on: database, namespaces)
      return ServerRun(
        number: lock.number, namespaces: namespaces, database: database, lock: lock)
    } catch {
      await database.close()
      throw error
    }
  }

  func create(_ name: String) async throws {
    do { try await database.exec(namespaces.create(name)) } catch {
      guard error.kind == .permissionDenied else { throw error }
      throw error.with(
        message: "the \(namespaces.kind) \(name) for a case could not be made; the user needs "
          + namespaces.right)
    }
  }

  /// Removes a namespace; false if somebody holds on to it.
  func drop(_ name: String) async -> Bool {
    do {
      try await database.exec(namespaces.drop(name))
      return true
    } catch {
      return false
    }
  }

  func close() async {
    await lock.release()
    await database.close()
  }
}
