import ArgumentParser
import Foundation

/// Streams a table in a process of its own and tells how its memory grew meanwhile.
///
/// A process that has done other work has free heap to grow into unseen, so each contender is
/// measured in a fresh one: `database-benchmarks memory-probe`.
struct MemoryProbe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memory-probe", abstract: "Used by the benchmark itself.", shouldDisplay: false)

  @Option var contender: String
  @Option var path: String
  @Option var rows: Int64

  mutating func run() async throws {
    guard let found = DatabaseBenchmarks.contenders().first(where: { $0.name == contender }) else {
      throw BenchmarkError("There is no contender named \(contender).")
    }
    // A page cache of 2 MB, SQLite's own default: what grows beyond it is not the cache.
    let store = Store(path: path, rows: rows, synchronous: "NORMAL", cacheKiB: 2_000)
    _ = try await found.measure(.pointSelect, count: 2_000, on: store)
    try await Self.measureGrowth(of: contender, rows: rows) {
      try await found.measure(.streamBorrowed, count: 0, on: store)
    }
    try await found.close(store)
  }

  /// Prints resident memory before `stream` and its peak during it, in KiB.
  static func measureGrowth(
    of contender: String, rows: Int64, _ stream: () async throws -> Outcome
  ) async throws {
    let before = try ProcessMemory.read()
    try ProcessMemory.forgetPeak()
    let outcome = try await stream()
    let after = try ProcessMemory.read()
    guard outcome.operations == rows else {
      throw BenchmarkError("\(contender) read \(outcome.operations) of \(rows) rows.")
    }
    print(before.residentKiB, after.peakKiB)
  }

  /// Runs a probe for `contender` and returns what it printed.
  static func measure(
    _ contender: String, _ arguments: [String]
  ) throws -> (before: Int, peak: Int) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let numbers = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }
    guard process.terminationStatus == 0, numbers.count == 2 else {
      throw BenchmarkError("The memory probe of \(contender) failed; its message is above.")
    }
    return (numbers[0], numbers[1])
  }
}
