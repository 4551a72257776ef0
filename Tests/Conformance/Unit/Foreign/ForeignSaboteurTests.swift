import DriverAPI
import Testing

/// Dialects of the manuals' engines that say what is not so, two for each thing that one can say: the tests of
/// this folder find each of them. What the engines with a driver show is tried on those, as `Sabotage+Dialects`.
@Suite("Dialects of engines without a driver, wrong on purpose [DIALECT]")
struct ForeignSaboteurTests {
  struct Wrong: Sendable, CustomStringConvertible {
    let engine: Dialect
    let description: String
    let change: @Sendable (inout Dialect) -> Void

    init(
      _ engine: Dialect, _ description: String,
      _ change: @escaping @Sendable (inout Dialect) -> Void
    ) {
      (self.engine, self.description, self.change) = (engine, description, change)
    }
  }

  private static let queries: [Wrong] = [
    Wrong(OtherEngines.oracle, "dummyTable: none") { $0.dummyTable = nil },
    Wrong(OtherEngines.firebird, "dummyTable: another's") { $0.dummyTable = "DUAL" },
    Wrong(OtherEngines.oracle, "paging: LIMIT") { $0.paging = .limit },
    Wrong(OtherEngines.db2, "paging: TOP") { $0.paging = .top },
    Wrong(OtherEngines.sqlServer, "hasEmptyPages") { $0.hasEmptyPages = true },
    Wrong(OtherEngines.oracle, "hasEmptyPages: none") { $0.hasEmptyPages = false },
    Wrong(OtherEngines.sqlServer, "rowLock: none") { $0.rowLock = nil },
    Wrong(OtherEngines.db2, "rowLock: another's") {
      $0.rowLock = RowLockWords(ending: "FOR UPDATE")
    },
    Wrong(OtherEngines.oracle, "maxListCount: one more") { $0.maxListCount = 1001 },
    Wrong(OtherEngines.firebird, "maxListCount: one less") { $0.maxListCount = 1499 },
    Wrong(OtherEngines.oracle, "placeholders: ?") { $0.placeholders = .questionMark },
    Wrong(OtherEngines.oracle, "placeholders: @p1") { $0.placeholders = .numbered(prefix: "@p") },
    Wrong(OtherEngines.db2, "parametersNeedTypes: not") { $0.parametersNeedTypes = false },
    Wrong(OtherEngines.sqlServer, "parametersNeedTypes") { $0.parametersNeedTypes = true },
    Wrong(OtherEngines.sqlServer, "likeWildcards: fewer") { $0.likeWildcards = "%_" },
    Wrong(OtherEngines.db2, "likeWildcards: more") { $0.likeWildcards = "%_[" },
    Wrong(OtherEngines.oracle, "booleanLiterals: words") {
      $0.booleanLiterals = (true: "TRUE", false: "FALSE")
    },
    Wrong(OtherEngines.db2, "booleanLiterals: numbers") {
      $0.booleanLiterals = (true: "1", false: "0")
    },
  ]

  private static let writes: [Wrong] = [
    Wrong(OtherEngines.oracle, "severalRows: lists") { $0.severalRows = .valueLists },
    Wrong(OtherEngines.oracle, "severalRows: a union") { $0.severalRows = .unionAll },
    Wrong(OtherEngines.sqlServer, "maxRowsPerInsert: none") { $0.maxRowsPerInsert = nil },
    Wrong(OtherEngines.sqlServer, "maxRowsPerInsert: one more") { $0.maxRowsPerInsert = 1001 },
    Wrong(OtherEngines.db2, "maxStatementBytes: one more") { $0.maxStatementBytes = 2_097_153 },
    Wrong(OtherEngines.firebird, "maxStatementBytes: that of version 2") {
      $0.maxStatementBytes = 65_535
    },
    Wrong(OtherEngines.oracle, "maxStatementBytes: one that there is not") {
      $0.maxStatementBytes = 4000
    },
    Wrong(OtherEngines.db2, "migrationLock: of the transaction") {
      $0.migrationLock = .transaction
    },
    Wrong(OtherEngines.sqlServer, "migrationLock: the driver's") { $0.migrationLock = .driver },
    Wrong(OtherEngines.sqlServer, "maxParameters: those of a procedure") {
      $0.maxParameters = 2100
    },
    Wrong(OtherEngines.db2, "maxParameters: one more") { $0.maxParameters = 32_768 },
    Wrong(OtherEngines.sqlServer, "upsertForm: without an end") {
      $0.upsertForm = .merge(MergeWords(tableHint: "WITH (HOLDLOCK)"))
    },
    Wrong(OtherEngines.sqlServer, "upsertForm: without a lock") {
      $0.upsertForm = .merge(MergeWords(terminator: ";"))
    },
    Wrong(OtherEngines.db2, "folding: not") { $0.folding = .kept },
    Wrong(OtherEngines.oracle, "folding: lower") { $0.folding = .lower },
  ]

  private static let tables: [Wrong] = [
    Wrong(OtherEngines.oracle, "addColumn: COLUMN") { $0.addColumn = "ADD COLUMN" },
    Wrong(OtherEngines.db2, "addColumn: ADD") { $0.addColumn = "ADD" },
    Wrong(OtherEngines.firebird, "dropColumn: COLUMN") { $0.dropColumn = "DROP COLUMN" },
    Wrong(OtherEngines.db2, "dropColumn: DROP") { $0.dropColumn = "DROP" },
    Wrong(OtherEngines.sqlServer, "columnRemoval: none") { $0.columnRemoval = nil },
    Wrong(OtherEngines.oracle, "columnRemoval: another's") {
      $0.columnRemoval = OtherEngines.sqlServer.columnRemoval
    },
    Wrong(OtherEngines.sqlServer, "dropsIndexOfTable: not") { $0.dropsIndexOfTable = false },
    Wrong(OtherEngines.oracle, "dropsIndexOfTable") { $0.dropsIndexOfTable = true },
    Wrong(OtherEngines.oracle, "defaultComesFirst: not") { $0.defaultComesFirst = false },
    Wrong(OtherEngines.db2, "defaultComesFirst") { $0.defaultComesFirst = true },
    Wrong(OtherEngines.oracle, "hasIfNotExists") { $0.hasIfNotExists = true },
    Wrong(OtherEngines.oracle23, "hasIfNotExists: not") { $0.hasIfNotExists = false },
    Wrong(OtherEngines.oracle, "types: another's") { $0.types.bytes = "BYTEA" },
    Wrong(OtherEngines.db2, "types: one that cannot be compared") { $0.types.text = "CLOB" },
    Wrong(OtherEngines.sqlServer, "currentTimestamp: local") {
      $0.currentTimestamp = "CURRENT_TIMESTAMP"
    },
    Wrong(OtherEngines.oracle, "currentTimestamp: with a zone") {
      $0.currentTimestamp = "SYSTIMESTAMP"
    },
  ]

  private static let transactions: [Wrong] = [
    Wrong(OtherEngines.oracle, "begin: the standard's") {
      $0.transactions.begin = "START TRANSACTION"
    },
    Wrong(OtherEngines.sqlServer, "begin: short") { $0.transactions.begin = "BEGIN" },
    Wrong(OtherEngines.oracle, "beginReadOnly: may write") {
      $0.transactions.beginReadOnly = "SET TRANSACTION READ WRITE"
    },
    Wrong(OtherEngines.firebird, "beginReadOnly: the standard's") {
      $0.transactions.beginReadOnly = "START TRANSACTION READ ONLY"
    },
    Wrong(OtherEngines.oracle, "isolation: at the end") { $0.transactions.isolation = .suffix },
    Wrong(OtherEngines.sqlServer, "isolation: none") { $0.transactions.isolation = .always },
    Wrong(OtherEngines.oracle, "levels: the standard's") {
      $0.transactions.levels = TransactionWords().levels
    },
    Wrong(OtherEngines.firebird, "levels: none") { $0.transactions.levels = [:] },
    Wrong(OtherEngines.firebird, "modeSeparator: a comma") { $0.transactions.modeSeparator = ", " },
    Wrong(OtherEngines.db2, "modeSeparator: none") { $0.transactions.modeSeparator = " " },
    Wrong(OtherEngines.sqlServer, "savepoint: the standard's") {
      $0.transactions.savepoint = "SAVEPOINT "
    },
    Wrong(OtherEngines.oracle, "savepoint: another's") {
      $0.transactions.savepoint = "SAVE TRANSACTION "
    },
    Wrong(OtherEngines.db2, "savepointEnding: none") { $0.transactions.savepointEnding = "" },
    Wrong(OtherEngines.oracle, "savepointEnding: another's") {
      $0.transactions.savepointEnding = " ON ROLLBACK RETAIN CURSORS"
    },
    Wrong(OtherEngines.oracle, "release: the standard's") {
      $0.transactions.release = "RELEASE SAVEPOINT "
    },
    Wrong(OtherEngines.db2, "release: none") { $0.transactions.release = nil },
    Wrong(OtherEngines.sqlServer, "rollbackTo: the standard's") {
      $0.transactions.rollbackTo = "ROLLBACK TO SAVEPOINT "
    },
    Wrong(OtherEngines.db2, "rollbackTo: of everything") {
      $0.transactions.rollbackTo = "ROLLBACK "
    },
  ]

  @Test(arguments: [queries, writes, tables, transactions].joined())
  func `is found`(wrong: Wrong) async throws {
    let differences = Differences()
    await Differences.$current.withValue(differences) { await look(at: wrong) }
    #expect(differences.count.withLock { $0 } > 0)
  }

  @Test func `nothing is found where nothing is wrong`() async throws {
    for engine in [
      OtherEngines.oracle, OtherEngines.oracle23, OtherEngines.sqlServer, OtherEngines.db2,
      OtherEngines.firebird,
    ] {
      let differences = Differences()
      await Differences.$current.withValue(differences) {
        await look(at: Wrong(engine, "as it is") { _ in })
      }
      #expect(differences.count.withLock { $0 } == 0, "\(engine.name)")
    }
  }

  /// Makes every test of the engine on the changed dialect; what cannot be written differs too.
  private func look(at wrong: Wrong) async {
    var changed = wrong.engine
    wrong.change(&changed)
    func isMeant(_ dialect: Dialect) -> Bool {
      dialect.name == changed.name && dialect.types.json == wrong.engine.types.json
    }
    func each(_ list: [Expected], _ test: (Expected) async throws -> Void) async {
      for expected in list where isMeant(expected.dialect) {
        await found { try await test(Expected(changed, expected.sql)) }
      }
    }
    let (query, write, schema) = (ForeignQueryTests(), ForeignWriteTests(), ForeignSchemaTests())
    let (chat, transaction) = (ForeignChatTests(), ForeignTransactionTests())
    await each(ForeignQueryTests.pings) { try query.`a query without a table`(expected: $0) }
    await each(ForeignQueryTests.noRows) { try query.`a page of no rows`(expected: $0) }
    await each(ForeignQueryTests.locks) { query.`rows that stay locked`(expected: $0) }
    await each(ForeignQueryTests.nothing) { try query.`a list of nothing`(expected: $0) }
    for dialect in ForeignQueryTests.paged where isMeant(dialect) {
      await found { try query.pages(dialect: changed) }
    }
    for (dialect, limit) in ForeignQueryTests.lists where isMeant(dialect) {
      await found {
        try query.`a list longer than the engine takes is refused with the limit`(
          dialect: changed, limit: limit)
      }
    }
    await each(ForeignWriteTests.rows) { try write.`several rows`(expected: $0) }
    for (dialect, columnCount, rowCount) in ForeignWriteTests.counts where isMeant(dialect) {
      write.`rows of one insert`(dialect: changed, columnCount: columnCount, rowCount: rowCount)
    }
    for (dialect, limit) in ForeignWriteTests.lengths where isMeant(dialect) {
      write.`a text no longer than the engine takes`(dialect: changed, limit: limit)
    }
    for (dialect, lock) in ForeignTransactionTests.locks where isMeant(dialect) {
      transaction.`how migrations keep out of each other's way`(dialect: changed, lock: lock)
    }
    await each(ForeignWriteTests.merges) { try write.upserts(expected: $0) }
    await each(ForeignWriteTests.ignoring) {
      try write.`inserts that leave alone what is there`(expected: $0)
    }
    for (dialect, expected) in ForeignSchemaTests.statements where isMeant(dialect) {
      await found { try schema.`tables, columns and indexes`(dialect: changed, expected: expected) }
    }
    for (dialect, expected) in ForeignSchemaTests.types where isMeant(dialect) {
      schema.`what types are called`(dialect: changed, expected: expected)
    }
    await each(ForeignSchemaTests.names) { try schema.`names in quotes`(expected: $0) }
    await each(ForeignSchemaTests.instants) { schema.now(expected: $0) }
    for var expected in ForeignTransactionTests.beginnings where isMeant(expected.dialect) {
      expected.dialect = changed
      transaction.`how transactions begin`(expected: expected)
    }
    for var expected in ForeignTransactionTests.savepoints where isMeant(expected.dialect) {
      expected.dialect = changed
      await found { [expected] in
        try await transaction.`what the core sends for savepoints`(expected: expected)
      }
    }
    for (dialect, expected) in ForeignSchemaTests.literals where isMeant(dialect) {
      schema.`wildcards and truth`(dialect: changed, expected: expected)
    }
    await each(ForeignChatTests.turns) { try await chat.`the last batch`(expected: $0) }
    await each(ForeignChatTests.searches) { try await chat.`a search`(expected: $0) }
  }

  private func found(_ test: () async throws -> Void) async {
    do { try await test() } catch { expectSame(true, false) }
  }
}
