import ArgumentParser
import Foundation

/// The benchmark proper.
struct Compare: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Run the cases (the default).")

  /// The name of the case that measures memory instead of speed.
  static let memoryCase = "stream-memory"
  static let caseNames =
    Work.allCases.map(\.rawValue)
    + ServerWork.allCases.map(\.rawValue).filter { Work(rawValue: $0) == nil } + [memoryCase]
  static let contenderNames = ["dovetail", "raw-c", "grdb", "pool-10", "any-thread", "executor"]

  @Option(help: "How often each contender does each case.")
  var rounds = 7

  @Option(help: "Rows of the table that is read.")
  var rows: Int64 = 1_000_000

  @Option(
    help: "Only this case; may be repeated. One of \(caseNames.joined(separator: ", ")).")
  var only: [String] = []

  @Option(
    help: "Only this engine; may be repeated. One of sqlite, postgres, mariadb.")
  var engine: [Engine] = []

  @Option(
    help: "Only this contender; may be repeated. One of \(contenderNames.joined(separator: ", ")).")
  var contender: [String] = []

  @Flag(help: "A tenth of the work in three rounds: a check, not a measurement.")
  var quick = false

  @Option(help: "Where the databases are made; use a disk, not a file system in memory.")
  var directory = NSTemporaryDirectory()

  mutating func validate() throws {
    guard rounds > 0, rows >= 1000 else {
      throw ValidationError("--rounds must be at least 1 and --rows at least 1000.")
    }
    for name in contender where !Self.contenderNames.contains(name) {
      throw ValidationError(
        "There is no contender \(name). They are: \(Self.contenderNames.joined(separator: ", ")).")
    }
    for name in only where !Self.caseNames.contains(name) {
      throw ValidationError(
        "There is no case \(name). The cases: \(Self.caseNames.joined(separator: ", ")).")
    }
  }

  /// What `--contender` calls a contender: GRDB's two forms have one name.
  private static func family(_ contender: any Contender) -> String {
    contender is GRDBContender ? "grdb" : contender.name
  }

  mutating func run() async throws {
    if engine.isEmpty || engine.contains(.sqlite), only.isEmpty || measuresOnSQLite {
      try await runOnSQLite()
    }
    for server in Engine.allCases where server.urlVariable != nil {
      if engine.isEmpty || engine.contains(server) { try await run(on: server) }
    }
  }

  private var measuresOnSQLite: Bool {
    only.contains { Work(rawValue: $0) != nil || $0 == Self.memoryCase }
  }

  private func run(on server: Engine) async throws {
    guard let address = try ServerAddress(server) else {
      let remedy = "set \(server.urlVariable ?? ""), or use Scripts/bench, which starts servers"
      guard engine.isEmpty else {
        throw ValidationError("There is no server for \(server.rawValue); \(remedy).")
      }
      return report("# \(server.rawValue) is not measured: \(remedy).")
    }
    let comparison = ServerComparison(
      address: address, rows: scaledRows, rounds: scaledRounds, isQuick: quick)
    try await comparison.run(cases: only, contenders: contender)
  }

  private var scaledRows: Int64 { quick ? rows / 10 : rows }
  private var scaledRounds: Int { quick ? min(rounds, 3) : rounds }

  private func runOnSQLite() async throws {
    let place = try Directory(in: directory)
    defer { place.remove() }
    let store = try place.makeStore(rows: scaledRows, synchronous: "NORMAL")
    let contenders = try await lineUp(store)
    if contenders.isEmpty { return }
    let runner = Runner(
      contenders: contenders, rounds: scaledRounds, directory: place, shared: store)
    for work in Work.allCases where selected(work.rawValue) {
      let count = quick ? work.fullCount / 10 : work.fullCount
      report(try await runner.run(work, count: count).line)
    }
    for contender in contenders { try await contender.close(store) }
    if selected(Self.memoryCase) { try reportMemory(of: contenders, on: store) }
  }

  private func reportMemory(of contenders: [any Contender], on store: Store) throws {
    let memory = try MemoryReport(contenders.map(\.name), on: .sqlite, rows: store.rows) { name in
      [
        "memory-probe", "--contender", name, "--path", store.path, "--rows", "\(store.rows)",
      ]
    }
    report(memory.line)
  }

  private func selected(_ name: String) -> Bool { only.isEmpty || only.contains(name) }

  /// Dovetail, C, and GRDB in whichever of its two forms answers point selects faster here.
  private func lineUp(_ store: Store) async throws -> [any Contender] {
    var rates: [String: Double] = [:]
    let everybody = DatabaseBenchmarks.contenders().filter { candidate in
      contender.isEmpty || contender.contains(Self.family(candidate))
    }
    let candidates = everybody.filter { $0 is GRDBContender }
    for _ in 0..<3 {
      for candidate in candidates {
        let outcome = try await candidate.measure(.pointSelect, count: 5_000, on: store)
        rates[candidate.name] = max(rates[candidate.name] ?? 0, outcome.rate)
      }
    }
    for candidate in candidates { try await candidate.close(store) }
    guard let fastest = rates.max(by: { $0.value < $1.value })?.key else { return everybody }
    let figures = rates.sorted { $0.key < $1.key }.map { "\($0.key) \(Int($0.value))/s" }
    report("# GRDB point selects: \(figures.joined(separator: ", ")); \(fastest) takes part.")
    return everybody.filter { !($0 is GRDBContender) || $0.name == fastest }
  }
}
