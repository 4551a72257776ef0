import ArgumentParser
import Foundation

/// Measures the framework against the same work in C and in GRDB.
@main
struct DatabaseBenchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "database-benchmarks",
    abstract: "Measures Dovetail against raw C (and GRDB on SQLite), in interleaved rounds.",
    subcommands: [Compare.self, MemoryProbe.self, ServerMemoryProbe.self],
    defaultSubcommand: Compare.self)

  /// Everybody who can take part on SQLite; GRDB with both of its ways to open a file.
  static func contenders() -> [any Contender] {
    [DovetailContender(), RawContender(), GRDBContender.queue(), GRDBContender.pool()]
  }
}
