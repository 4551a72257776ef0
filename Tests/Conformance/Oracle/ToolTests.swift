import Foundation
import Testing

@Suite("dovetail-conformance")
struct ToolTests {
  @Test("ends with 0 when every promise was kept, and writes its reports", .timeLimit(.minutes(2)))
  func success() throws {
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "dovetail-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: directory) }
    let report = directory.appending(path: "new/junit.xml").path
    let table = directory.appending(path: "table.md").path
    let run = try Tool.run(
      "--url", "sqlite::memory:", "--only", "rebind", "--report", report, "--markdown", table,
      "--json")
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.errors.contains("held, 0 proven off, 0 not said, 0 failed"))
    let json = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [[String: Any]]
    #expect((json?.first?["checks"] as? [Any])?.isEmpty == false)
    #expect(try String(contentsOfFile: report, encoding: .utf8).contains("<testsuite name="))
    #expect(try String(contentsOfFile: table, encoding: .utf8).contains("| REBIND-1 |"))
  }

  @Test(
    "ends with 2 when the command line is wrong, and says what would be right",
    arguments: [
      ([], "--url"), (["--url", "foo://x"], "registered: file"),
      (["--url", "sqlite::memory:", "--only", "XX-1"], "XX-1 is no clause"),
      (["--url", "sqlite::memory:", "--frobnicate"], "--frobnicate"),
      (["--url", "sqlite::memory:", "--only", "TX", "--slt", "a.test"], "--slt"),
    ])
  func misuse(arguments: [String], hint: String) throws {
    let run = try Tool.run(arguments)
    #expect(run.code == 2)
    #expect(run.errors.contains(hint), "\(run.errors)")
    #expect(run.output.isEmpty)
  }

  @Test("ends with 1 when nothing could be checked, or a record fails")
  func failure() throws {
    let unreachable = try Tool.run("--url", "sqlite:/no/such/place/x.db")
    #expect(unreachable.code == 1)
    #expect(unreachable.errors.contains("/no/such/place"))
    let script = FileManager.default.temporaryDirectory.appending(
      path: "dovetail-\(UUID().uuidString).test")
    defer { try? FileManager.default.removeItem(at: script) }
    for (text, message) in [
      ("", "no records"), ("query I\nSELECT 1\n----\n2\n", "expected 2, found 1"),
      ("nonsense", "unknown record"),
    ] {
      try text.write(to: script, atomically: true, encoding: .utf8)
      let run = try Tool.run("--url", "sqlite::memory:", "--slt", script.path)
      #expect(run.code == 1)
      #expect((run.errors + run.output).contains(message), "\(run)")
    }
  }

  @Test("lists the clauses without a database")
  func list() throws {
    let run = try Tool.run("--list", "--only", "URL")
    #expect(run.code == 0)
    #expect(run.output.contains("URL-1 Schemes are matched without regard to case."))
  }
}

/// The program that was built beside the tests.
enum Tool {
  struct Run {
    let code: Int32
    let output: String
    let errors: String
  }

  /// Where the build puts it: beside the test bundle.
  private static var executable: URL? {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
    let places =
      [Bundle.main.bundleURL, bundle.map { URL(filePath: $0) }]
      .compactMap { $0?.deletingLastPathComponent() } + [Bundle.main.bundleURL]
    return places.map { $0.appending(path: "dovetail-conformance") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  static func run(_ arguments: String...) throws -> Run { try run(arguments) }

  static func run(_ arguments: [String]) throws -> Run {
    let folder = FileManager.default.temporaryDirectory
    let files = (0..<2).map { _ in folder.appending(path: "dovetail-" + UUID().uuidString) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    for file in files { try Data().write(to: file) }
    let process = Process()
    let program: URL = try #require(Self.executable, "dovetail-conformance is not built")
    process.executableURL = program
    process.arguments = arguments
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    process.waitUntilExit()
    return Run(
      code: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }
}
