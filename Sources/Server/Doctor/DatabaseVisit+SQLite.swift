import DriverAPI

extension DatabaseVisit {
  /// What only an embedded database is asked.
  func embedded(_ question: Question, of database: Database) async throws -> DoctorCheck? {
    guard target.isEmbedded else { return nil }
    return switch question {
    case .journal: try await journal(of: database)
    case .integrity: try await integrity(of: database)
    default: nil
    }
  }

  /// How the file survives a crash, as far as that is up to it.
  private func journal(of database: Database) async throws -> DoctorCheck {
    if target.plan.connectionsHoldTheData {
      return DoctorCheck(
        "db_journal", .warn,
        "the database is in memory: all messages are lost when the server stops; "
          + "set MARCHAT_DB_PATH to a file")
    }
    let mode = try await database.queryRow("PRAGMA journal_mode", as: (String).self) ?? "unknown"
    let level = try await database.queryRow("PRAGMA synchronous", as: (Int).self) ?? 0
    let levels = ["off", "normal", "full", "extra"]
    let synchronous = levels.indices.contains(level) ? levels[level] : "\(level)"
    let wanted = target.option("journal_mode") ?? "wal"
    let change = mode == wanted ? "" : " (the server changes it to \(wanted))"
    let facts = "journal mode \(mode)\(change), synchronous \(synchronous)"
    guard synchronous == "off" || ["off", "memory"].contains(wanted) else {
      return DoctorCheck("db_journal", .ok, facts)
    }
    return DoctorCheck(
      "db_journal", .warn, "\(facts): a crash can damage the file; remove these options")
  }

  /// Lets SQLite look through the file, for as long as a statement may take.
  private func integrity(of database: Database) async throws -> DoctorCheck {
    do throws(DatabaseError) {
      let finding = try await database.queryRow("PRAGMA quick_check(1)", as: (String).self)
      guard finding == "ok" else {
        return DoctorCheck(
          "db_integrity", .error,
          "the file is damaged (\(finding ?? "no answer")); restore it from a backup")
      }
      return DoctorCheck("db_integrity", .ok, "quick_check found nothing wrong")
    } catch {
      guard error.kind == .statementTimeout else { throw error }
      return DoctorCheck(
        "db_integrity", .ok,
        "skipped: the file is too large to look through in 4 s; run PRAGMA quick_check by hand")
    }
  }
}
