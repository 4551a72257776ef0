import DriverAPI
import DriverSQLite
import Foundation
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DoctorDatabaseTests {
  @Test func aFreshDirectoryIsFineAndStaysEmpty() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report()
      #expect(report.exitCode == 0)
      #expect(try report.check("db_dialect").message.contains("sqlite (driver: SQLiteDriver)"))
      #expect(try report.check("db_parent_writable").status == .ok)
      // The superuser has every permission there, and still can make no file.
      let proc = EmbeddedFile(path: "/proc/chat.db").parentCheck
      #expect(proc.status == .warn && proc.message.contains("cannot create files"), "\(proc)")
      #expect(!proc.message.contains("Success"))
      let ping = try report.check("db_ping")
      #expect(ping.status == .ok && ping.message.contains("does not exist yet"))
      #expect(!report.checks.contains { $0.id == "db_write" })
      #expect(try rig.names() == [])
    }
  }

  @Test func aMigratedDatabaseIsFineAndUnchanged() async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase { try await ChatSchema.migrate($0, .silent) }
      let before = try Data(contentsOf: URL(fileURLWithPath: rig.path("marchat.db")))
      let report = try await rig.report()
      let ids = ["db_ping", "db_version", "db_journal", "db_schema", "db_write", "db_integrity"]
      #expect(report.checks.map(\.id).filter(ids.contains) == ids)
      #expect(report.checks.filter { $0.status != .ok && $0.id != "port" } == [])
      #expect(try report.check("db_journal").message == "journal mode wal, synchronous full")
      #expect(try report.check("db_version").message.hasPrefix("SQLite 3."))
      #expect(try rig.names() == ["marchat.db"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: rig.path("marchat.db"))) == before)
    }
  }

  @Test func theJournalOfAnOldDatabaseIsLeftAsItIs() async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase(options: "?journal_mode=delete") {
        try await $0.exec("CREATE TABLE messages (id INTEGER PRIMARY KEY)")
      }
      let before = try Data(contentsOf: URL(fileURLWithPath: rig.path("marchat.db")))
      let report = try await rig.report()
      let journal = try report.check("db_journal")
      #expect(journal.message.contains("journal mode delete (the server changes it to wal)"))
      #expect(try report.check("db_schema").status == .warn)
      #expect(try report.check("db_write").status == .ok)
      #expect(report.exitCode == 0 && report.exitCode(isStrict: true) == 1)
      #expect(try Data(contentsOf: URL(fileURLWithPath: rig.path("marchat.db"))) == before)
    }
  }

  @Test(arguments: [
    (1, DoctorCheck.Status.warn, "schema version 1 will be migrated to 6"),
    (99, .error, "schema version 99 is newer than this server's 6"),
  ])
  func otherVersions(
    _ version: Int, _ status: DoctorCheck.Status, _ message: String
  ) async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase {
        try await ChatSchema.migrate($0, .silent)
        try await $0.exec("DELETE FROM schema_version WHERE version > 1")
        try await $0.exec("UPDATE schema_version SET version = ?", version)
      }
      let report = try await rig.report()
      #expect(try report.check("db_schema").status == status)
      #expect(try report.check("db_schema").message.hasPrefix(message))
    }
  }

  @Test func aDatabaseOfSomethingElseIsDoubted() async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase { try await $0.exec("CREATE TABLE invoices (id INTEGER)") }
      let schema = try await rig.report().check("db_schema")
      #expect(schema.status == .warn && schema.message.contains("invoices"))
    }
  }

  @Test func aFileThatIsNoDatabase() async throws {
    try await DoctorRig.run { rig in
      try rig.write(String(repeating: "no database ", count: 100), to: "marchat.db")
      let report = try await rig.report()
      let ping = try report.check("db_ping")
      #expect(ping.status == .error && ping.message.contains("not a SQLite database"))
      #expect(report.exitCode == 1)
      #expect(try rig.names() == ["marchat.db"])
    }
  }

  @Test func aDamagedFile() async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase(options: "?journal_mode=delete") {
        try await ChatSchema.migrate($0, .silent)
        for _ in 0..<200 {
          let text = String(repeating: "x", count: 500)
          try await $0.exec(
            "INSERT INTO messages (sender, content) VALUES ('a', ?)", text)
        }
      }
      let file = try #require(FileHandle(forUpdatingAtPath: rig.path("marchat.db")))
      try file.seek(toOffset: try file.seekToEnd() - 4096 * 8)
      try file.write(contentsOf: Data(repeating: 0xA5, count: 4096 * 4))
      try file.close()
      let integrity = try await rig.report().check("db_integrity")
      #expect(integrity.status == .error)
    }
  }

  @Test func aFileUnderAFileCannotBeThere() async throws {
    try await DoctorRig.run { rig in
      try rig.write("x", to: "file")
      let report = try await rig.report(["MARCHAT_DB_PATH": rig.path("file/chat.db")])
      #expect(try report.check("db_parent").message.contains("not a directory"))
      #expect(try report.check("db_ping").status == .error)
      #expect(report.exitCode == 1)
    }
  }

  @Test func aMissingParentIsNotCreated() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(["MARCHAT_DB_PATH": rig.path("none/chat.db")])
      #expect(try report.check("db_parent").status == .warn)
      #expect(try report.check("db_ping").message.contains("create it"))
      #expect(try rig.names() == [])
    }
  }

  @Test func aFileThatMustExist() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(["MARCHAT_DB_PATH": rig.path("chat.db?mode=rw")])
      #expect(try report.check("db_ping").message.contains("the file does not exist"))
      #expect(try rig.names() == [])
    }
  }

  @Test(arguments: ["wal", "delete"])
  func aLockedFile(_ journal: String) async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase(options: "?journal_mode=\(journal)") { database in
        try await ChatSchema.migrate(database, .silent)
        try await database.withConnection { connection in
          try await connection.exec("BEGIN EXCLUSIVE")
          let start = ContinuousClock.now
          let report = try await rig.report()
          #expect(ContinuousClock.now - start < .seconds(15))
          let check = try report.check(journal == "wal" ? "db_write" : "db_ping")
          #expect(check.status == (journal == "wal" ? .warn : .error))
          #expect(check.message.contains("lock"))
          try await connection.exec("ROLLBACK")
        }
      }
    }
  }

  @Test func aDatabaseInMemoryIsWarnedOf() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(["MARCHAT_DB_PATH": ":memory:"])
      #expect(try report.check("db_journal").status == .warn)
      #expect(try report.check("db_write").status == .ok)
      #expect(!report.checks.contains { $0.id.hasPrefix("db_parent") })
    }
  }
}
