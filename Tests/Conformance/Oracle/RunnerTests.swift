import DriverAPI
import DriverSQLite
import SQLLogicTest
import Testing

@Suite("The oracle can fail")
struct RunnerTests {
  private func report(
    _ text: String, mode: SQLLogicRunner.Mode = .asWritten
  ) async throws -> SQLLogicReport {
    let database = try await Database.open(DatabaseURL("sqlite::memory:"), with: SQLiteDriver())
    let report = try await SQLLogicRunner(database, mode: mode).run(
      SQLLogicScript(text, name: "t"))
    await database.close()
    return report
  }

  @Test(
    "on a record that does not come out, and goes on behind it",
    arguments: [
      ("query I\nSELECT 1\n----\n2", "value 1: expected 2, found 1"),
      ("query I\nSELECT 1", "expected 0 values, found 1"),
      ("query II\nSELECT 1\n----\n1", "expected 2 columns, found 1"),
      ("query I\nSELECT 1\n----\n1 values hashing to 00000000000000000000000000000000", "hashing"),
      ("statement ok\nSELECT * FROM nowhere", "undefinedObject"),
      ("query I\nSELECT * FROM nowhere\n----\n1", "undefinedObject"),
      ("statement error\nSELECT 1", "must fail, and succeeded"),
      ("statement error\nSELECT 1; SELECT 2", "misuse"),
    ])
  func mismatch(record: String, message: String) async throws {
    let report = try await report(record + "\n\nstatement ok\nSELECT 1")
    #expect(report.failures.count == 1)
    #expect(report.failures.first?.line == 1)
    #expect(report.failures.first?.message.contains(message) == true, "\(report.failures)")
    #expect(report.passedCount == 1)
    #expect(!report.hasPassed)
  }

  @Test("when two queries with one label differ")
  func labels() async throws {
    let report = try await report(
      "query I nosort x\nSELECT 1\n----\n1\n\nquery I nosort x\nSELECT 2\n----\n2")
    #expect(report.failures.map(\.line) == [6])
    #expect(report.failures.first?.message.contains("line 1") == true)
  }

  @Test("when nothing ran, which is no success")
  func nothing() async throws {
    let report = try await report("halt\n\nstatement ok\nSELECT 1")
    #expect(report.passedCount == 0 && report.failures.isEmpty && !report.hasPassed)
    #expect("\(report)" == "t, as written: nothing ran")
  }

  @Test("and rolls back what a script leaves open")
  func openTransaction() async throws {
    let report = try await report("statement ok\nBEGIN\n\nstatement ok\nCREATE TABLE t(a INTEGER)")
    #expect(report.passedCount == 2)
    #expect(report.hasPassed)
  }

  @Test("bound and written, a statement says the same")
  func modes() async throws {
    let text = "query II\nSELECT 6*7, 1+1\n----\n42\n2"
    let written = try await report(text)
    let bound = try await report(text, mode: .literalsBound)
    #expect(written.hasPassed && bound.hasPassed)
    #expect((written.boundLiteralCount, bound.boundLiteralCount) == (0, 4))
  }
}
