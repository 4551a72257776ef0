import Foundation
import Testing

@Suite("A row cannot be kept [ROW-2]")
struct RowLifetimeTests {
  /// What the compiler said to a function with this body.
  private func compile(_ body: String) throws -> (accepted: Bool, output: String) {
    let scratch = try ScratchDirectory()
    defer { scratch.remove() }
    let file = scratch.path + "/snippet.swift"
    let source = """
      import DriverAPI
      func snippet(_ db: Database) async throws {
        var rows = try await db.query("SELECT 1")
        \(body)
      }
      """
    try source.write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    // Lifetimes are judged after type checking, when the intermediate language is made.
    process.arguments = [
      "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I", Self.modules,
      "-enable-experimental-feature", "Lifetimes", "-enable-upcoming-feature",
      "NonisolatedNonsendingByDefault", file,
    ]
    let pipe = Pipe()
    process.standardError = pipe
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus == 0, String(decoding: output, as: UTF8.self))
  }

  /// The modules that this test was built with lie beside its own binary.
  private static let modules: String = {
    let binary = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    return binary.appendingPathComponent("Modules").path
  }()

  private static let canCompile: Bool = {
    let module = modules + "/DriverAPI.swiftmodule"
    let paths = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return FileManager.default.fileExists(atPath: module)
      && paths.contains { FileManager.default.isExecutableFile(atPath: "\($0)/swiftc") }
  }()

  @Test(
    "reading a row at once compiles",
    .enabled(if: canCompile, "needs swiftc and the built module beside the test"))
  func readingCompiles() throws {
    let result = try compile(
      """
      while try await rows.next() {
        let row = rows.row
        let bytes = try row.utf8(0)
        print(bytes.count, try row.decode(0, as: String.self))
      }
      """)
    #expect(result.accepted, "\(result.output)")
  }

  @Test(
    "a list of integers is no parameter, and bytes are [QUERY-10]",
    .enabled(if: canCompile, "needs swiftc and the built module beside the test"),
    arguments: [
      (#"try await db.exec("DELETE FROM t WHERE i IN (?)", [1, 2])"#, false),
      (#"let sql: SQL = "SELECT \([1, 2])"; _ = sql"#, false),
      (#"try await db.exec("INSERT INTO t VALUES (?)", [1, 2] as [UInt8])"#, true),
      (#"let sql: SQL = "SELECT 1 WHERE 1 IN (\(each: [1, 2]))"; _ = sql"#, true),
    ])
  func listsAreNoBytes(_ call: String, compiles: Bool) throws {
    let result = try compile(call + "\n_ = try await rows.next()")
    #expect(result.accepted == compiles, "\(result.output)")
  }

  @Test(
    "keeping a row, or bytes of it, does not",
    .enabled(if: canCompile, "needs swiftc and the built module beside the test"),
    arguments: [
      // A row past the next step.
      """
      _ = try await rows.next()
      let row = rows.row
      _ = try await rows.next()
      print(row.count)
      """,
      // Bytes past the next step.
      """
      _ = try await rows.next()
      let bytes = try rows.row.utf8(0)
      _ = try await rows.next()
      print(bytes.count)
      """,
      // A row past the rows.
      """
      _ = try await rows.next()
      let row = rows.row
      rows.close()
      print(row.count)
      """,
      // A row in a collection.
      """
      var kept: [Row] = []
      while try await rows.next() { kept.append(rows.row) }
      """,
    ])
  func keepingDoesNot(_ body: String) throws {
    let result = try compile(body)
    #expect(!result.accepted)
    let telling = [
      "overlapping accesses", "lifetime", "borrowed", "Escapable", "Copyable", "consumed",
    ]
    #expect(
      telling.contains { result.output.contains($0) },
      "refused for another reason: \(result.output)")
  }
}
