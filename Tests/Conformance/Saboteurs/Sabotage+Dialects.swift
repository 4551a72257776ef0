import DriverAPI

/// Dialects that say of the engine what is not so: two for each thing that one can say, where an engine here
/// shows the difference.
extension Sabotage {
  static let ofDialects = [
    dialect("asks for a table of one row that is not there", "DIALECT-1") {
      $0.dummyTable = "dovetail_nowhere"
    },
    dialect("asks a catalogue of many rows for one", "DIALECT-1") {
      $0.dummyTable = "(SELECT 1 AS n UNION ALL SELECT 2) AS two"
    },
    dialect("calls false true", "DIALECT-1") {
      $0.booleanLiterals = (true: "FALSE", false: "TRUE")
    },
    dialect("writes truth in a word that is none", "DIALECT-1") {
      $0.booleanLiterals = (true: "YES", false: "NO")
    },
    dialect("gives a lone parameter a type that bends it", "DIALECT-1") {
      $0.parametersNeedTypes = true
      $0.types.int = "CHAR(1)"
    },
    dialect("gives a lone parameter a type that there is not", "DIALECT-1") {
      $0.parametersNeedTypes = true
      $0.types.int = "INT NOT A TYPE"
    },
    dialect("pages as another engine does", "DIALECT-2") { $0.paging = .rows },
    dialect("pages by a word before the columns", "DIALECT-2") { $0.paging = .top },
    dialect("locks no row that it reads to change it", "DIALECT-3") { $0.rowLock = nil }
      .only(on: "postgres", "mysql", "mariadb"),
    dialect("locks a row that is read against nobody", "DIALECT-3") {
      $0.rowLock = RowLockWords(ending: "FOR KEY SHARE")
    }.only(on: "postgres"),
    dialect("locks rows by words that the engine has not", "DIALECT-3") {
      $0.rowLock = RowLockWords(tableHint: "WITH (UPDLOCK)")
    },
    dialect("says that tables are made only if missing, and does not", "DIALECT-4") {
      // A catalogue without tables, where the core looks instead.
      $0.hasIfNotExists = false
      $0.listTables = "SELECT 'x' AS name WHERE 1 = 0"
    },
    dialect("adds columns by another word", "DIALECT-4") { $0.addColumn = "INCLUDE COLUMN" },
    dialect("adds a column by a word that is taken for its name", "DIALECT-4") {
      $0.addColumn = "ADD COLUMN column_"
    },
    dialect("takes columns away by another word", "DIALECT-4") { $0.dropColumn = "REMOVE COLUMN" },
    dialect("renames columns instead of taking them away", "DIALECT-4") {
      $0.dropColumn = "RENAME TO gone_made --"
    }.only(on: "sqlite", "postgres"),
    dialect("names the table of an index where that is wrong", "DIALECT-4") {
      $0.dropsIndexOfTable = true
    }.only(on: "sqlite", "postgres"),
    dialect("does not name the table of an index where it must", "DIALECT-4") {
      $0.dropsIndexOfTable = false
    }.only(on: "mysql", "mariadb"),
    dialect("changes columns by another engine's form", "DIALECT-4") { $0.columnChange = .modify }
      .only(on: "postgres", "sqlite"),
    dialect("changes one property where the engine wants the whole column", "DIALECT-4") {
      $0.columnChange = .alterColumn
    }.only(on: "sqlite"),
    dialect("knows no limit of names", "DIALECT-5") { $0.maxIdentifierBytes = nil }
      .only(on: "postgres"),
    dialect("takes the limit of names for longer than it is", "DIALECT-5") {
      $0.maxIdentifierBytes = 64
    }.only(on: "postgres"),
    dialect("takes more parameters for possible than there are", "BIND-3") {
      $0.maxParameters = 1_000_000
    }.only(on: "sqlite"),
    dialect("takes most texts for too long", "EXEC-1") { $0.maxStatementBytes = 40 },
    dialect("takes every text for too long", "BIND-3") { $0.maxStatementBytes = 8 },
    dialect("says that the driver has a lock for migrations, which it has not", "MIG-1") {
      $0.migrationLock = .driver
    },
    dialect("says that a transaction that begins locks the others' migrations out", "MIG-1") {
      $0.migrationLock = .transaction
    }.only(on: "postgres"),
    Sabotage("takes the lock for migrations for granted", "MIG-1") {
      $0.facts = { $0.dialect.migrationLock = .driver }
      $0.migrationLock = { _, _ in true }
    }.only(on: "postgres", "mysql", "mariadb"),
    dialect("writes rows by UNION ALL and knows no limit", "DIALECT-6") {
      $0.severalRows = .unionAll
    }.only(on: "sqlite"),
    dialect("writes rows as no engine here does", "DIALECT-6") { $0.severalRows = .insertAll },
    dialect("takes columns to change all at once", "UPSERT-6") { $0.assignsInOrder = false }
      .only(on: "mysql", "mariadb"),
    dialect("has a word of its own for a level", "TX-5") {
      $0.transactions.levels[.repeatableRead] = "VERY REPEATABLE READ"
    }.only(on: "postgres", "mysql", "mariadb"),
    dialect("has the weakest word for every level", "TX-5") {
      for level in IsolationLevel.allCases {
        $0.transactions.levels[level] = "READ UNCOMMITTED"
      }
    }.only(on: "mariadb", "mysql"),
    dialect("separates the modes of a transaction wrongly", "TX-5", "TX-6") {
      $0.transactions.modeSeparator = " AND "
    }.only(on: "postgres"),
  ]

  private static func dialect(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (inout Dialect) -> Void
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.facts = { change(&$0.dialect) } }
  }
}
