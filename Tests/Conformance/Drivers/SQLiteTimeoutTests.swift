import DriverAPI
import DriverSQLite
import Foundation
import Testing

@Suite("SQLite: timeouts when every thread is busy")
struct SQLiteTimeoutTests {
  private static let endless = """
    WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000)
    SELECT count(*) FROM c
    """

  @Test("CANCEL-4 a statement timeout fires though long statements hold all threads of the pool")
  func timeoutsNeedNoThreadOfThePool() async throws {
    var configuration = DatabaseConfiguration()
    configuration.statementTimeout = .milliseconds(300)
    let registry = try DriverRegistry(SQLiteDriver())
    let taskCount = ProcessInfo.processInfo.activeProcessorCount + 1
    let kinds = await withTaskGroup(of: DatabaseError.Kind?.self) { group in
      for _ in 0..<taskCount {
        group.addTask { [configuration] in
          do throws(DatabaseError) {
            let database = try await Database.open(
              "sqlite::memory:", configuration: configuration, registry: registry)
            _ = try await database.exec(SQL(raw: Self.endless))
            return nil
          } catch {
            return error.kind
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(kinds == Array(repeating: .statementTimeout, count: taskCount))
  }
}
