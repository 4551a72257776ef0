import DriverAPI
import DriverConformance
import DriverMySQL
import DriverPostgres
import DriverSQLite
import Foundation

/// An engine that is spoken to in other words which mean the same: what they ask of the core is proven on
/// engines that are at hand.
struct DialectVariant: Sendable, CustomStringConvertible {
  /// What is said otherwise.
  let description: String
  /// The families of the contract that have to do with it.
  let families: Set<String>
  /// The clauses that the engine's statement for it does not keep.
  var exceptions: Set<String> = []
  /// The engines that understand it.
  let engines: Set<String>
  let change: @Sendable (inout ServerFacts) -> Void
  /// What the driver itself does otherwise.
  var calls: @Sendable (inout Sabotage) -> Void = { _ in }

  static let all = [
    DialectVariant(
      "upserts in separate statements", ["UPSERT", "DURABLE", "BATCH"],
      on: ["sqlite", "postgres", "mariadb"]
    ) {
      $0.dialect.upsertForm = .separateStatements
      $0.dialect.upsertOutcome = .insertFirst
    },
    DialectVariant("rows one by one", ["UPSERT", "BULK"], on: ["sqlite"]) {
      $0.dialect.severalRows = .oneByOne
      $0.capabilities.nativeBulkInsert = false
    },
    DialectVariant("rows by UNION ALL", ["BULK"], on: ["sqlite"]) {
      $0.dialect.severalRows = .unionAll
      // SQLite's limit for the parts of a compound SELECT is 500.
      $0.dialect.maxRowsPerInsert = 400
      $0.capabilities.nativeBulkInsert = false
    },
    DialectVariant("tables that can be used after the commit", ["MIG"], on: ["postgres"]) {
      $0.capabilities.newTablesAtOnce = false
    },
    DialectVariant(
      "a lock for migrations by the driver's own calls", ["MIG"], on: ["postgres", "mariadb"]
    ) {
      $0.dialect.migrationLock = .driver
    }.calling {
      $0.migrationLock = { session, takes throws(DatabaseError) in
        guard
          case .session(let acquire, let release) =
            session.connection.server.dialect.migrationLock
        else { return false }
        return try await session.firstRow(takes ? acquire : release) == [.int(1)]
      }
    },
    // PostgreSQL merges into no view before version 17.
    DialectVariant("upserts by MERGE", ["UPSERT", "DURABLE"], on: ["postgres"]) {
      $0.dialect.upsertForm = .merge()
      $0.dialect.upsertOutcome = .insertFirst
    }.except("UPSERT-10"),
  ]

  init(
    _ description: String, _ families: Set<String>, on engines: Set<String>,
    change: @escaping @Sendable (inout ServerFacts) -> Void
  ) {
    self.description = description
    self.families = families
    self.engines = engines
    self.change = change
  }

  private func except(_ ids: String...) -> DialectVariant {
    var copy = self
    copy.exceptions = Set(ids)
    return copy
  }

  private func calling(_ calls: @escaping @Sendable (inout Sabotage) -> Void) -> DialectVariant {
    var copy = self
    copy.calls = calls
    return copy
  }

  /// The checks of its families on an engine.
  func cases(on base: any ConformanceHarness) -> [ConformanceCase] {
    let harness = SaboteurHarness(
      Sabotage(
        description, [],
        change: { sabotage in
          sabotage.facts = change
          calls(&sabotage)
        }), on: base)
    return ConformanceSuite.cases(harness).compactMap { promise in
      guard let family = promise.clause.id.split(separator: "-").first,
        families.contains(String(family)), !exceptions.contains(promise.clause.id)
      else { return nil }
      // Thousands of rows in a savepoint each take their time on a busy machine.
      var patient = promise
      patient.limit = .seconds(240)
      return patient
    }
  }
}
