import ArgumentParser
import Foundation

/// Measures the framework against the same work in C and in GRDB.
@main
struct DatabaseBenchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database-benchmarks",
    abstract: "Measures Dovetail on SQLite against raw C and GRDB, in interleaved rounds.",
    subcommands: [Compare.self, MemoryProbe.self], defaultSubcommand: Compare.self)

  /// Everybody who can take part; GRDB with both of its ways to open a file.
  static func contenders() -> [any Contender] {
    [DovetailContender(), RawContender(), GRDBContender.queue(), GRDBContender.pool()]
  }
}
