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
    for question in Question.allCases {
      let id = question.rawValue
      let found = await TimeBox.run(within: .seconds(6)) { await answer(question, database) }
      if let check = found ?? .some(DoctorCheck(id, .error, "no answer within 6 s; gave up")) {
        checks.append(check)
      }
      if found == nil { return checks }
    }
    _ = await TimeBox.run(within: .seconds(3)) { await database.close() }
    return checks
  }

  /// What an open database is asked, in the order of the report.
  enum Question: String, CaseIterable {
    case tls = "db_tls"
    case pool = "db_pool"
    case encoding = "db_encoding"
    case timeZone = "db_time_zone"
    case sqlMode = "db_sql_mode"
    case durability = "db_durability"
    case journal = "db_journal"
    case schema = "db_schema"
    case servers = "db_servers"
    case rows = "db_rows"
    case write = "db_write"
    case integrity = "db_integrity"
  }

  var findings: ServerFindings { ServerFindings(target: target) }

  /// What a question found; nil if it makes no sense for this engine.
  private func answer(_ question: Question, _ database: Database) async -> DoctorCheck? {
    do {
      switch question {
      case .schema: return try await schema(of: database)
      case .servers: return try await servers(of: database)
      case .rows: return try await rows(of: database)
      case .write: return try await write(to: database)
      default:
        return switch database.dialect.name {
        case "postgres": try await postgres(question, of: database)
        case "mysql", "mariadb": try await mysql(question, of: database)
        default: try await embedded(question, of: database)
        }
      }
    } catch {
      return await failure(question, error, database)
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
      let remedy =
        target.isEmbedded ? nil : await ConnectionRemedy.observed(for: error, target)
      return (
        DoctorCheck("db_ping", .error, "open \(name): \(text)" + (remedy.map { "; \($0)" } ?? "")),
        nil
      )
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
