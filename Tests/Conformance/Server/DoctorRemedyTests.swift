import DriverAPI
import Foundation
import Testing

@testable import Server

/// Each thing that is wrong is provoked, and what the doctor advises is done to the letter.
@Suite struct DoctorRemedyTests {
  private func report(
    _ backend: TestBackend, _ url: String
  ) async throws -> DoctorReport {
    var report: DoctorReport?
    try await DoctorRig.run { rig in
      report = try await rig.report(["MARCHAT_DB_PATH": url], driver: backend.driver)
    }
    return try #require(report)
  }

  /// The statements of a message, from the first `GRANT` on.
  private func grants(in message: String) throws -> [String] {
    let start = try #require(message.firstRange(of: "GRANT "), "\(message)")
    return message[start.lowerBound...].components(separatedBy: "; ")
  }

  /// Runs `body` with a database and another user's URL for it; that user may do nothing there.
  private func withUser(
    on backend: TestBackend,
    _ body: (_ place: TestDatabase, _ database: Database, _ url: String) async throws -> Void
  ) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let name = "doctor_\(UInt32.random(in: .min ... .max))"
      let isPostgres = backend.name == "postgres"
      let (user, role) = isPostgres ? (name, "ROLE") : ("'\(name)'@'%'", "USER")
      try await database.exec(
        SQL(
          raw: isPostgres
            ? "CREATE ROLE \(name) LOGIN PASSWORD 'pw'" : "CREATE USER \(user) IDENTIFIED BY 'pw'"))
      let place = TestDatabase(backend: backend, url: place.url)
      let url = place.url.replacing(/\/\/[^@]+@/, with: "//\(name):pw@")
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(try await body(place, database, url))
      } catch { outcome = .failure(error) }
      if isPostgres { try await database.exec(SQL(raw: "DROP OWNED BY \(name)")) }
      try await database.exec(SQL(raw: "DROP \(role) \(user)"))
      await database.close()
      try outcome.get()
    }
  }

  @Test(.enabled(if: TestBackend.postgres != nil, "needs PostgreSQL"))
  func rightsThatAreMissingOnPostgres() async throws {
    let backend = try #require(TestBackend.postgres)
    try await withUser(on: backend) { _, database, url in
      try await database.exec("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
      let none = try await report(backend, url).check("db_write")
      #expect(none.status == .error && none.message.contains("CREATE ON SCHEMA public TO doctor_"))
      for grant in try grants(in: none.message) { try await database.exec(SQL(raw: grant)) }
      #expect(try await report(backend, url).check("db_write").status == .ok)
      // The tables are another user's.
      try await ChatSchema.migrate(database, .silent)
      let others = try await report(backend, url)
      for id in ["db_schema", "db_write"] {
        let check = try others.check(id)
        #expect(
          check.status == .error && check.message.contains("GRANT ALL ON ALL TABLES"), "\(id)")
      }
      for grant in try grants(in: others.check("db_write").message) {
        try await database.exec(SQL(raw: grant))
      }
      #expect(try await report(backend, url).exitCode == 0)
    }
  }

  @Test(.enabled(if: TestBackend.mysql != nil, "needs MariaDB"))
  func rightsThatAreMissingOnMySQL() async throws {
    let backend = try #require(TestBackend.mysql)
    try await withUser(on: backend) { place, database, url in
      let name = try #require(try await database.queryRow("SELECT DATABASE()", as: (String).self))
      let none = try await report(backend, url).check("db_ping")
      #expect(none.status == .error)
      #expect(none.message.contains("GRANT ALL PRIVILEGES ON \(name).* TO"), "\(none.message)")
      #expect(!none.message.contains("is the server running"), "\(none.message)")
      let user = try #require(try DatabaseURL(url).user)
      try await database.exec(SQL(raw: "GRANT SELECT ON \(name).* TO '\(user)'@'%'"))
      let reader = try await report(backend, url).check("db_write")
      #expect(reader.status == .error && reader.message.contains("may not make tables"))
      for grant in try grants(in: reader.message) { try await database.exec(SQL(raw: grant)) }
      let writer = try await report(backend, url)
      #expect(try writer.check("db_write").status == .ok && writer.exitCode == 0)
      // With the tables there, and taken away again.
      try await ChatSchema.migrate(database, .silent)
      try await database.exec(
        SQL(raw: "REVOKE INSERT, DELETE ON \(name).* FROM '\(user)'@'%'"))
      let revoked = try await report(backend, url).check("db_write")
      #expect(revoked.status == .error)
      for grant in try grants(in: revoked.message) { try await database.exec(SQL(raw: grant)) }
      #expect(try await report(backend, url).check("db_write").status == .ok)
      _ = place
    }
  }

  @Test(.enabled(if: TestBackend.postgres != nil, "needs PostgreSQL"))
  func aRoleThatOnlyReads() async throws {
    let backend = try #require(TestBackend.postgres)
    try await withUser(on: backend) { _, database, url in
      let user = try #require(try DatabaseURL(url).user)
      try await database.exec(SQL(raw: "GRANT USAGE, CREATE ON SCHEMA public TO \(user)"))
      try await database.exec(
        SQL(raw: "ALTER ROLE \(user) SET default_transaction_read_only = on"))
      let check = try await report(backend, url).check("db_write")
      #expect(check.status == .error)
      #expect(check.message.contains("default_transaction_read_only = off"), "\(check.message)")
      try await database.exec(
        SQL(raw: "ALTER ROLE \(user) SET default_transaction_read_only = off"))
      #expect(try await report(backend, url).check("db_write").status == .ok)
    }
  }

  @Test(.enabled(if: TestBackend.postgres != nil, "needs PostgreSQL"))
  func aRoleThatMayNotLogIn() async throws {
    let backend = try #require(TestBackend.postgres)
    try await withUser(on: backend) { _, database, url in
      let user = try #require(try DatabaseURL(url).user)
      try await database.exec(SQL(raw: "GRANT USAGE, CREATE ON SCHEMA public TO \(user)"))
      try await database.exec(SQL(raw: "ALTER ROLE \(user) NOLOGIN"))
      let check = try await report(backend, url).check("db_ping")
      let advice = "ALTER ROLE \(user) LOGIN"
      #expect(check.status == .error && check.message.contains(advice), "\(check.message)")
      try await database.exec(SQL(raw: advice))
      #expect(try await report(backend, url).check("db_ping").status == .ok)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aUserWhoHasAllHisConnections(_ backend: TestBackend) async throws {
    try await withUser(on: backend) { _, database, url in
      let user = try #require(try DatabaseURL(url).user)
      let isPostgres = backend.name == "postgres"
      let name = isPostgres ? user : "'\(user)'@'%'"
      func limit(_ count: Int) async throws {
        try await database.exec(
          SQL(
            raw: isPostgres
              ? "ALTER ROLE \(name) CONNECTION LIMIT \(count)"
              : "ALTER USER \(name) WITH MAX_USER_CONNECTIONS \(count)"))
      }
      if !isPostgres {
        let place = try #require(try await database.queryRow("SELECT DATABASE()", as: String.self))
        try await database.exec(SQL(raw: "GRANT ALL PRIVILEGES ON \(place).* TO \(name)"))
      }
      try await limit(1)
      let holder = try await Database.open(DatabaseURL(url), with: backend.driver)
      let check = try await holder.withConnection { connection in
        _ = try await connection.queryRow("SELECT 1", as: Int.self)
        return try await report(backend, url).check("db_ping")
      }
      await holder.close()
      let advice = isPostgres ? "ALTER ROLE … CONNECTION LIMIT" : "max_user_connections"
      #expect(check.status == .error && check.message.contains(advice), "\(check.message)")
      #expect(!check.message.contains("is the server running"), "\(check.message)")
      try await limit(20)
      #expect(try await report(backend, url).check("db_ping").status == .ok)
    }
  }

  @Test(.enabled(if: TestBackend.postgres != nil, "needs PostgreSQL"))
  func aDatabaseThatIsNotUnicode() async throws {
    let backend = try #require(TestBackend.postgres)
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let name = "latin_\(UInt32.random(in: .min ... .max))"
      let url = TestDatabase.renamed(place.url, to: name)
      try await database.exec(
        SQL(raw: "CREATE DATABASE \(name) ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"))
      let check = try await report(backend, url).check("db_encoding")
      try await database.exec(SQL(raw: "DROP DATABASE \(name) WITH (FORCE)"))
      #expect(check.status == .error)
      let start = try #require(check.message.firstRange(of: "CREATE DATABASE "), "\(check.message)")
      try await database.exec(SQL(raw: String(check.message[start.lowerBound...])))
      #expect(try await report(backend, url).check("db_encoding").status == .ok)
      try await database.exec(SQL(raw: "DROP DATABASE \(name) WITH (FORCE)"))
      await database.close()
    }
  }

  @Test func aFileThatIsOpenedForReadingOnly() async throws {
    try await DoctorRig.run { rig in
      try await rig.makeDatabase { try await ChatSchema.migrate($0, .silent) }
      let path = rig.path("marchat.db?mode=ro")
      let check = try await rig.report(["MARCHAT_DB_PATH": path]).check("db_write")
      #expect(check.status == .error && check.message.contains("take mode=ro out of"))
      #expect(
        try await rig.report(["MARCHAT_DB_PATH": rig.path("marchat.db")]).check("db_write").status
          == .ok)
    }
  }

  @Test(arguments: TestBackend.all)
  func aDatabaseOfMarchatIsKnownAsSuch(_ backend: TestBackend) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      try await database.execScript(MarchatSchema.script(for: database.dialect))
      try await database.exec("INSERT INTO schema_version (version) VALUES (1)")
      let schema = try await report(backend, place.url).check("db_schema")
      #expect(schema.status == .warn, "\(schema.message)")
      #expect(schema.message.hasPrefix("schema version 1 will be migrated to 6"))
      await database.close()
    }
  }

  @Test func aValueThatIsWrongIsToldWhereItStands() async throws {
    try await DoctorRig.run { rig in
      let process = try await rig.report(["MARCHAT_MESSAGE_RETENTION_MAX": "many"])
      let load = try process.check("config_load")
      #expect(load.message.contains("give a whole number above zero"))
      #expect(load.message.contains("set in the environment of the process"))
      try rig.write("MARCHAT_MESSAGE_RETENTION_MAX=many\n")
      let file = try await rig.report().check("config_load")
      #expect(file.message.hasSuffix("it is set in \(rig.path(".env"))"))
      try rig.write("MARCHAT_MESSAGE_RETENTION_MAX=5\n")
      #expect(try await rig.report().check("config_load").status == .ok)
    }
  }
}
