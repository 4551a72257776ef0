import DriverAPI
import Testing

/// Compared with the manuals that stand beside each expectation; none of it was run.
@Suite("Transactions of engines without a driver [TX-5] [TX-15]")
struct ForeignTransactionTests {
  private static let serial = TransactionOptions(isolation: .serializable, isReadOnly: true)

  /// A dialect, and what begins a transaction: plain, repeatable read, and one that only reads.
  struct Beginnings: Sendable, CustomStringConvertible {
    var dialect: Dialect
    let plain: [String]
    let repeatable: [String]
    let reading: [String]
    var description: String { dialect.name }
  }

  static let beginnings: [Beginnings] = [
    // Oracle 19c, SET TRANSACTION: one mode, and the first statement of the transaction.
    Beginnings(
      dialect: OtherEngines.oracle, plain: ["SET TRANSACTION READ WRITE"],
      repeatable: ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"],
      reading: ["SET TRANSACTION READ ONLY"]),
    // Transact-SQL, BEGIN TRANSACTION and SET TRANSACTION ISOLATION LEVEL: it holds until it is set anew,
    // and there is no access mode. REPEATABLE READ shows new rows, so that SERIALIZABLE stands in.
    Beginnings(
      dialect: OtherEngines.sqlServer, plain: ["BEGIN TRANSACTION"],
      repeatable: ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "BEGIN TRANSACTION"],
      reading: ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "BEGIN TRANSACTION"]),
    // Db2 11.5, CLI: no statement begins one; the driver reads these and makes calls of them.
    Beginnings(
      dialect: OtherEngines.db2, plain: ["START TRANSACTION"],
      repeatable: ["START TRANSACTION ISOLATION LEVEL REPEATABLE READ"],
      reading: ["START TRANSACTION READ ONLY, ISOLATION LEVEL SERIALIZABLE"]),
    // Firebird 3.0, SET TRANSACTION
    Beginnings(
      dialect: OtherEngines.firebird, plain: ["SET TRANSACTION"],
      repeatable: ["SET TRANSACTION ISOLATION LEVEL SNAPSHOT"],
      reading: ["SET TRANSACTION READ ONLY ISOLATION LEVEL SNAPSHOT TABLE STABILITY"]),
  ]

  @Test(arguments: beginnings)
  func `how transactions begin`(expected: Beginnings) {
    let dialect = expected.dialect
    expectSQL(dialect.begin(TransactionOptions()), expected.plain)
    expectSQL(
      dialect.begin(TransactionOptions(isolation: .repeatableRead)), expected.repeatable)
    expectSQL(dialect.begin(Self.serial), expected.reading)
  }

  /// A dialect, and what is sent for a savepoint that is kept and one that is undone.
  struct Savepoints: Sendable, CustomStringConvertible {
    var dialect: Dialect
    let kept: [String]
    let undone: [String]
    let commit: String
    var description: String { dialect.name }
  }

  static let savepoints: [Savepoints] = [
    // Oracle 19c, SAVEPOINT and ROLLBACK; no statement releases one.
    Savepoints(
      dialect: OtherEngines.oracle, kept: ["SAVEPOINT dovetail_1"],
      undone: ["SAVEPOINT dovetail_1", "ROLLBACK TO SAVEPOINT dovetail_1"], commit: "COMMIT"),
    // Transact-SQL, SAVE TRANSACTION and ROLLBACK TRANSACTION; no statement releases one.
    Savepoints(
      dialect: OtherEngines.sqlServer, kept: ["SAVE TRANSACTION dovetail_1"],
      undone: ["SAVE TRANSACTION dovetail_1", "ROLLBACK TRANSACTION dovetail_1"],
      commit: "COMMIT TRANSACTION"),
    // Db2 11.5, SAVEPOINT, RELEASE SAVEPOINT and ROLLBACK
    Savepoints(
      dialect: OtherEngines.db2,
      kept: [
        "SAVEPOINT dovetail_1 ON ROLLBACK RETAIN CURSORS", "RELEASE SAVEPOINT dovetail_1",
      ],
      undone: [
        "SAVEPOINT dovetail_1 ON ROLLBACK RETAIN CURSORS", "ROLLBACK TO SAVEPOINT dovetail_1",
        "RELEASE SAVEPOINT dovetail_1",
      ], commit: "COMMIT"),
    // Firebird 3.0, SAVEPOINT, ROLLBACK and RELEASE SAVEPOINT
    Savepoints(
      dialect: OtherEngines.firebird,
      kept: ["SAVEPOINT dovetail_1", "RELEASE SAVEPOINT dovetail_1"],
      undone: [
        "SAVEPOINT dovetail_1", "ROLLBACK TO SAVEPOINT dovetail_1", "RELEASE SAVEPOINT dovetail_1",
      ], commit: "COMMIT"),
  ]

  private struct Undo: Error {}

  @Test(arguments: savepoints)
  func `what the core sends for savepoints`(expected: Savepoints) async throws {
    let library = SlowLibrary { $0.dialect.transactions = expected.dialect.transactions }
    let db = try await library.open()
    _ = library.takeLog()
    try await db.transaction { transaction in
      try await transaction.transaction { _ in }
      do { try await transaction.transaction { _ in throw Undo() } } catch is Undo {}
    }
    let begin = expected.dialect.begin(TransactionOptions())
    let log = library.takeLog().filter { entry in
      !["prepare ", "free ", "once", "open", "settle", "close"].contains { entry.hasPrefix($0) }
    }
    expectSQL(log, begin + expected.kept + expected.undone + [expected.commit])
    await db.close()
  }

  // Transact-SQL, sp_getapplock: statements. Oracle and Db2, DBMS_LOCK: calls with results. Firebird 3.0,
  // SET TRANSACTION: the tables that it reserves.
  static let locks = [
    (OtherEngines.oracle, "driver"), (OtherEngines.sqlServer, "session"),
    (OtherEngines.db2, "driver"), (OtherEngines.firebird, "driver"),
  ]

  @Test(arguments: locks)
  func `how migrations keep out of each other's way`(dialect: Dialect, lock: String) {
    let form =
      switch dialect.migrationLock {
      case .driver: "driver"
      case .session: "session"
      case .transaction, .inTransaction: "transaction"
      }
    expectSame(form, lock)
  }

  private static let steps: [(String, TransactionStep?)] = [
    ("ROLLBACK TRANSACTION", .rollback), ("ROLLBACK TRANSACTION dovetail_1", nil),
    ("rollback tran a", nil), ("ROLLBACK WORK", .rollback), ("ROLLBACK TO SAVEPOINT a", nil),
    ("ROLLBACK TRANSACTION AND CHAIN", .rollback), ("COMMIT TRANSACTION", .commit),
  ]

  // Transact-SQL, ROLLBACK TRANSACTION: of a savepoint it leaves the transaction open.
  @Test(arguments: steps)
  func `a rollback to a savepoint ends no transaction`(sql: String, step: TransactionStep?) throws {
    #expect(try OtherEngines.sqlServer.rebind(sql).transactionStep == step)
  }

  // Oracle 19c and Firebird 3.0, SET TRANSACTION: it begins one. Transact-SQL, and the engines with a
  // driver: it does not.
  @Test func `what sets a transaction out begins it where nothing else does`() throws {
    let sql = "set transaction read only"
    for dialect in [OtherEngines.oracle, OtherEngines.firebird] {
      #expect(try dialect.rebind(sql).transactionStep == .begin(.readOnly))
    }
    for dialect in [OtherEngines.sqlServer, OtherEngines.db2, .postgres, .mysql] {
      #expect(try dialect.rebind(sql).transactionStep == nil)
    }
  }
}
