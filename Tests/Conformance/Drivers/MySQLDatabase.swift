import DriverAPI
import DriverMySQL

/// A database of its own on the server, for the length of a test.
func withMySQL(
  _ change: (inout DatabaseConfiguration) -> Void = { _ in },
  _ body: (Database) async throws -> Void
) async throws {
  let harness = MySQLServer(way: .tcp)
  let url = try await harness.makeDatabase()
  var configuration = DatabaseConfiguration()
  change(&configuration)
  let database = try await Database.open(
    DatabaseURL(url), with: MySQLDriver(), configuration: configuration)
  do { try await body(database) } catch {
    await database.close()
    await harness.removeDatabase(url)
    throw error
  }
  await database.close()
  await harness.removeDatabase(url)
}
