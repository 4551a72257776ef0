import DriverAPI
import DriverConformance
import DriverPostgres
import DriverSQLite
import Foundation
import Testing

@Suite("A harness made from a URL is kind to what is there")
struct URLHarnessTests {
  private func harness(_ directory: ScratchDirectory) throws -> URLHarness {
    try URLHarness("sqlite:\(directory.path)/app.db?synchronous=off", driver: SQLiteDriver())
  }

  private func files(in directory: ScratchDirectory) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test("files of cases stand beside the named one, which stays as it is, and go with their case")
  func filesBeside() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    try Data("mine".utf8).write(to: URL(filePath: directory.path + "/app.db"))
    let harness = try harness(directory)
    let urls = [try await harness.makeDatabase(), try await harness.makeDatabase()]
    #expect(Set(urls).count == 2)
    for url in urls {
      #expect(url.hasSuffix("?synchronous=off"))
      let database = try await Database.open(DatabaseURL(url), with: harness.driver)
      try await database.exec("CREATE TABLE t (x INTEGER)")
      await database.close()
    }
    #expect(try files(in: directory).count == 2)
    for url in urls { await harness.removeDatabase(url) }
    #expect(await harness.close() == [])
    #expect(try files(in: directory) == ["app.db"])
    #expect(try Data(contentsOf: URL(filePath: directory.path + "/app.db")) == Data("mine".utf8))
  }

  @Test("what a dead run left behind is removed, a run at work is left alone")
  func leftovers() async throws {
    let directory = try ScratchDirectory()
    defer { directory.remove() }
    let alive = try harness(directory)
    let url = try await alive.makeDatabase()
    let kept = try files(in: directory)
    for name in ["dovetail_c_17", "dovetail_c_x", "other"] {
      try FileManager.default.createDirectory(
        atPath: directory.path + "/" + name, withIntermediateDirectories: false)
    }
    let next = try harness(directory)
    let other = try await next.makeDatabase()
    let found = Set(try files(in: directory))
    #expect(!found.contains("dovetail_c_17"))
    #expect(found.isSuperset(of: kept + ["dovetail_c_x", "other"]))
    await next.removeDatabase(other)
    await alive.removeDatabase(url)
    #expect(try files(in: directory) == ["dovetail_c_x", "other"])
  }

  @Test("a directory that is not there is named")
  func noDirectory() async throws {
    let harness = try URLHarness("sqlite:/no/such/place/app.db", driver: SQLiteDriver())
    let error = await #expect(throws: DatabaseError.self) { try await harness.makeDatabase() }
    #expect(error?.kind == .cannotConnect)
    #expect(error?.message.contains("/no/such/place") == true)
  }

  @Test("a database in memory needs no place")
  func inMemory() async throws {
    for url in ["sqlite::memory:", "file:x?mode=memory"] {
      let harness = try URLHarness(url, driver: SQLiteDriver())
      #expect(try await harness.makeDatabase() == url)
      #expect(harness.name == url)
    }
  }

  @Test(
    "schemas go with their case, those of dead runs with the next, those of live ones stay",
    .enabled(if: PostgresServer.plain != nil, "DOVETAIL_POSTGRES_URL is not set"))
  func schemas() async throws {
    let server = try #require(PostgresServer.plain)
    let admin = try await server.open()
    try await admin.exec("CREATE SCHEMA dovetail_c_17_1")
    try await admin.exec("CREATE TABLE dovetail_c_17_1.t (x INTEGER)")
    let alive = try URLHarness(server.url, driver: server.driver)
    let first = try await alive.makeDatabase()
    let next = try URLHarness(server.url, driver: server.driver)
    let second = try await next.makeDatabase()
    let made = try [first, second].map(schema)
    let database = try await Database.open(DatabaseURL(first), with: server.driver)
    try await database.exec("CREATE TABLE t (x INTEGER)")
    await database.close()
    let during = try await schemas(admin)
    #expect(!during.contains("dovetail_c_17_1"))
    #expect(during.isSuperset(of: made))
    await alive.removeDatabase(first)
    // What was not removed with its case goes with its harness.
    #expect(await alive.close() == [])
    #expect(await next.close() == [])
    #expect(try await schemas(admin).isDisjoint(with: made))
    await admin.close()
  }

  private func schema(_ url: String) throws -> String {
    try #require(try DatabaseURL(url).parameters.last { $0.name == "search_path" }).value
  }

  private func schemas(_ admin: Database) async throws -> Set<String> {
    let names = try await admin.query(
      "SELECT CAST(nspname AS TEXT) FROM pg_namespace", as: String.self
    ).collect()
    return Set(names)
  }
}
