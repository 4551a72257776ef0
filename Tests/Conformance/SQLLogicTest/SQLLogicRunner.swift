public import DriverAPI

/// Runs scripts on a database, through the same calls that an application makes.
///
/// All records of a script run one after another on one connection. The database should be empty:
/// what a script creates, it leaves there.
public struct SQLLogicRunner: Sendable {
  /// What is sent of a record's text.
  public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// The text as it stands.
    case asWritten = "as written"
    /// The text with its integer literals as bound parameters.
    case literalsBound = "with literals bound"
  }

  private let database: Database
  private let mode: Mode

  /// A runner on a database; how its scripts are sent does not change what they expect.
  public init(_ database: Database, mode: Mode = .asWritten) {
    self.database = database
    self.mode = mode
  }

  /// Runs a script to its end, to its `halt`, or until the connection is lost.
  ///
  /// - Throws: only what leasing a connection throws; failing records are in the report.
  public func run(_ script: SQLLogicScript) async throws -> SQLLogicReport {
    try await database.withConnection { connection in
      var run = SQLLogicRun(script, mode: mode, connection)
      for record in script.records {
        guard try await run.perform(record) else { break }
      }
      // A script may end within a transaction; the connection must not.
      if connection.transactionStatus != .none { try await connection.exec("ROLLBACK") }
      return run.report
    }
  }
}

extension ServerFacts {
  /// The names by which `skipif` and `onlyif` call this engine.
  public var sqlLogicNames: Set<String> {
    switch dialect.name {
    case "postgres": ["postgresql", "postgres"]
    case "mariadb": ["mysql", "mariadb"]
    default: [dialect.name, product.lowercased()]
    }
  }

  /// Whether the engine understood a statement and said that it is larger than it takes.
  ///
  /// Such a record proves nothing against the driver. Told by the engine's own codes: SQLSTATE class
  /// 54, and MySQL's 1116 for too many tables in one join.
  func refusesForSize(_ error: DatabaseError) -> Bool {
    let isMySQL = dialect.name == "mysql" || dialect.name == "mariadb"
    if isMySQL, error.details.nativeCode == 1116 { return true }
    return error.details.sqlState?.hasPrefix("54") == true
  }
}
