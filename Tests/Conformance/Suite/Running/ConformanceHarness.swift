public import DriverAPI

/// What the suite has to know about a backend: all that a driver author writes to run it.
public protocol ConformanceHarness: Sendable {
  /// The backend's name in reports, such as `SQLite in memory`.
  var name: String { get }

  /// The driver under test.
  var driver: any Driver { get }

  /// Makes an empty database for one case and answers with its URL.
  ///
  /// Called once a case, several at once.
  func makeDatabase() async throws -> String

  /// Removes a database that ``makeDatabase()`` made; every session on it has been closed.
  func removeDatabase(_ url: String) async
}
