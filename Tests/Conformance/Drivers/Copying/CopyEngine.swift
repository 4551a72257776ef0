import DriverAPI
import DriverConformance
import Foundation
import Testing

/// An engine that a copy comes from, or goes to.
struct CopyEngine: Sendable, CustomTestStringConvertible {
  let harness: any ConformanceHarness
  let testDescription: String

  static let sqlite = CopyEngine(harness: SQLiteFile(), testDescription: "SQLite")
  static let postgres = PostgresServer.plain.map {
    CopyEngine(harness: $0, testDescription: "PostgreSQL")
  }
  static let mysql =
    MySQLServer.Way.tcp.url == nil
    ? nil : CopyEngine(harness: MySQLServer(way: .tcp), testDescription: "MariaDB")

  /// Every engine that can be reached; `PostgresPresenceTests` and its like tell which are missing.
  static let all = [sqlite, postgres, mysql].compactMap { $0 }

  func open(_ url: String) async throws -> Database {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    return try await Database.open(
      DatabaseURL(url), with: harness.driver, configuration: configuration)
  }
}

/// A source and a target.
struct CopyPair: Sendable, CustomTestStringConvertible {
  let source: CopyEngine
  let target: CopyEngine

  var testDescription: String { "\(source.testDescription) to \(target.testDescription)" }

  static let all = CopyEngine.all.flatMap { source in
    CopyEngine.all.map { CopyPair(source: source, target: $0) }
  }
  static let toEach = CopyEngine.all.map { CopyPair(source: .sqlite, target: $0) }
  static let toServers = toEach.filter { $0.target.testDescription != "SQLite" }

  /// Two databases, with tables that ``CopyTables`` makes.
  struct Databases: Sendable {
    let source: Database
    let target: Database

    /// Runs the same script on both.
    func onBoth(_ script: (Dialect) -> String) async throws {
      for database in [source, target] { try await database.execScript(script(database.dialect)) }
    }
  }

  /// Runs `body` with two databases of its own.
  func run(_ body: (Databases) async throws -> Void) async throws {
    let sourceURL = try await source.harness.makeDatabase()
    let targetURL = try await target.harness.makeDatabase()
    let databases = Databases(
      source: try await source.open(sourceURL), target: try await target.open(targetURL))
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(databases)) } catch { outcome = .failure(error) }
    await databases.source.close()
    await databases.target.close()
    await source.harness.removeDatabase(sourceURL)
    await target.harness.removeDatabase(targetURL)
    try outcome.get()
  }
}

/// Runs a copy in a task of its own that is cancelled by what it reports.
func cancelled(
  _ copy: DatabaseCopy, when isEnough: @escaping @Sendable (DatabaseCopy.Progress) -> Bool
) async -> DatabaseError? {
  let task = Task {
    try await copy.run { progress in
      if isEnough(progress) { withUnsafeCurrentTask { $0?.cancel() } }
    }
  }
  do {
    _ = try await task.value
    return nil
  } catch {
    return error as? DatabaseError
  }
}

/// The error that `body` throws.
func refusal(_ body: () async throws -> some Any) async -> DatabaseError? {
  do {
    _ = try await body()
    return nil
  } catch {
    return error as? DatabaseError
  }
}

extension DatabaseCopy.Report {
  /// The tables that are not the same on both sides.
  var differing: [String] { tables.differing }
}

extension [DatabaseCopy.Comparison] {
  /// The tables that are not the same on both sides.
  var differing: [String] { filter { !$0.isEqual }.map(\.table) }
}
