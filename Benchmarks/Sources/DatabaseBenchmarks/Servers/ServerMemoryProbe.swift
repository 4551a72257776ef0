import ArgumentParser

/// Streams a table of a server in a process of its own, as ``MemoryProbe`` does with a file.
struct ServerMemoryProbe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "server-memory-probe", abstract: "Used by the benchmark itself.",
    shouldDisplay: false)

  @Option var engine: Engine
  @Option var contender: String
  @Option var rows: Int64

  mutating func run() async throws {
    guard let address = try ServerAddress(engine),
      let found = try await address.contenders().first(where: { $0.name == contender })
    else { throw BenchmarkError("There is no contender named \(contender) on \(engine).") }
    _ = try await found.measure(.pointSelectLeased, count: 2_000, rows: rows)
    try await MemoryProbe.measureGrowth(of: contender, rows: rows) {
      try await found.measure(.streamBorrowed, count: 0, rows: rows)
    }
    await found.close()
  }
}
