import DriverAPI
import Logging

/// Opens the database as the server would and asks it how it is. Changes nothing in it.
struct DatabaseVisit: Sendable {
  let target: DatabaseTarget
  /// What stands at the place of an embedded database.
  let state: EmbeddedFile.State

  /// What opening gave: what to report and, unless that is all there is, the database.
  typealias Opening = (check: DoctorCheck, database: Database?)

  /// All checks that need the database, each within a bound of its own; after one that gave no
  /// answer the others are left out, as they would give none either.
  func checks() async -> [DoctorCheck] {
    guard let (ping, database) = await TimeBox.run(within: .seconds(6), { await open() }) else {
      return [DoctorCheck("db_ping", .error, "no answer within 6 s; is the database healthy?")]
    }
    guard let database else { return [ping] }
    var checks = [ping, version(of: database)]
    let questions: [(String, @Sendable (Database) async throws -> DoctorCheck)] = [
      ("db_journal", journal), ("db_schema", schema), ("db_write", write),
      ("db_integrity", integrity),
    ]
    for (id, question) in questions {
      if id == "db_journal" || id == "db_integrity", database.dialect != .sqlite { continue }
      let answer = await TimeBox.run(within: .seconds(6)) { await answer(id, database, question) }
      checks.append(answer ?? DoctorCheck(id, .error, "no answer within 6 s; gave up"))
      if answer == nil { return checks }
    }
    _ = await TimeBox.run(within: .seconds(3)) { await database.close() }
    return checks
  }

  private func answer(
    _ id: String, _ database: Database, _ question: (Database) async throws -> DoctorCheck
  ) async -> DoctorCheck {
    do {
      return try await question(database)
    } catch {
      return DoctorCheck(id, .error, Masking.credentials(in: "\(error)"))
    }
  }

  /// Opens an existing database; a file that does not exist yet is not created.
  private func open() async -> Opening {
    let name = target.driver.schemes.first ?? target.url.scheme
    if let path = target.filePath, state == .missing,
      ["rwc", nil].contains(target.option("mode"))
    {
      return (absent(EmbeddedFile(path: path)), nil)
    }
    do throws(DatabaseError) {
      let url = try target.inspectionURL(of: state)
      let database = try await Database.open(
        url, with: target.driver, configuration: Self.configuration)
      try await database.ping()
      return (DoctorCheck("db_ping", .ok, "\(name) database reachable"), database)
    } catch {
      let text = Masking.credentials(in: "\(error)")
      return (DoctorCheck("db_ping", .error, "open \(name): \(text)"), nil)
    }
  }

  private func absent(_ file: EmbeddedFile) -> DoctorCheck {
    guard file.parentCheck.status == .ok else {
      return DoctorCheck(
        "db_ping", .error,
        "database file cannot be created: \(file.parentCheck.message)")
    }
    return DoctorCheck(
      "db_ping", .ok, "database file \(file.path) does not exist yet; created at first start")
  }

  private func version(of database: Database) -> DoctorCheck {
    DoctorCheck("db_version", .ok, "\(database.server.product) \(database.server.version)")
  }

  private static var configuration: DatabaseConfiguration {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    configuration.connectTimeout = .seconds(4)
    configuration.leaseTimeout = .seconds(4)
    configuration.statementTimeout = .seconds(4)
    configuration.shutdownGrace = .seconds(1)
    configuration.recordsMetrics = false
    configuration.recordsSpans = false
    // What the database has to say stands in the report; the output holds nothing else.
    configuration.logger = Logger(label: "dovetail.doctor") { _ in SwiftLogNoOpLogHandler() }
    return configuration
  }
}
