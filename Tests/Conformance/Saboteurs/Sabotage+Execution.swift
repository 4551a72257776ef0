import DriverAPI

extension Sabotage {
  /// Statements that do not do what they were told, or tell something else.
  static let ofExecution: [Sabotage] = [
    result("counts nothing", "EXEC-1", "UPSERT-3", "DURABLE-1") { result, _ in
      ExecResult(rowCount: 0, lastInsertID: result.lastInsertID)
    },
    result("counts one row too many", "EXEC-1", "UPSERT-3") { result, _ in
      ExecResult(rowCount: result.rowCount + 1, lastInsertID: result.lastInsertID)
    },
    result("counts rows for DDL", "EXEC-1") { result, text in
      ["CREATE", "DROP"].contains(text.leadingKeyword) ? ExecResult(rowCount: 3) : result
    },
    Sabotage("counts rows changed instead of matched", "EXEC-1") {
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        let result = try await sabotaged.proceed(parameters)
        let sql = sabotaged.text.text
        guard sql == "UPDATE items SET amount = 1", result.rowCount == 3 else { return result }
        let again = try await sabotaged.connection.run("DELETE FROM items WHERE amount <> 1")
        return ExecResult(rowCount: again.rowCount)
      }
    },
    result("tells a wrong id for a new row", "EXEC-2") { result, _ in
      ExecResult(rowCount: result.rowCount, lastInsertID: result.lastInsertID.map { $0 + 1 })
    }.only(on: "sqlite", "mariadb"),
    result("tells an id for an update", "EXEC-2") { result, _ in
      ExecResult(rowCount: result.rowCount, lastInsertID: 1)
    },
    result("tells an id that none of several rows has", "EXEC-7") { result, _ in
      guard result.rowCount == 3, let id = result.lastInsertID else { return result }
      return ExecResult(rowCount: 3, lastInsertID: id + 1)
    }.only(on: "sqlite"),
    result("tells an id where nothing was inserted", "EXEC-7") { result, text in
      guard text.leadingKeyword == "INSERT", result.lastInsertID == nil else { return result }
      return ExecResult(rowCount: result.rowCount, lastInsertID: 12)
    },
    Sabotage("takes an unknown column for a string", "EXEC-6") {
      $0.engines = ["sqlite"]
      $0.text = { $0.replacing("\"coded\".\"id\"", with: "'id'") }
    },
    Sabotage("returns the row of an insert and stores none", "EXEC-6") {
      $0.text = { sql in
        sql.hasPrefix("INSERT INTO coded") && sql.contains("RETURNING") ? "SELECT 'a'" : sql
      }
    },
    Sabotage("gives ids that fall", "EXEC-2", "DURABLE-5") {
      $0.value = { if case .int(let id) = $0, id > 0 { .int(1_000_000 - id) } else { $0 } }
    },
    Sabotage("runs inserts twice where it can", "EXEC-2", "TX-11", "POOL-7", "UPSERT-6") {
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        let result = try await sabotaged.proceed(parameters)
        guard ["INSERT", "UPDATE"].contains(sabotaged.text.leadingKeyword) else { return result }
        do throws(DatabaseError) { return try await sabotaged.proceed(parameters) } catch {
          return result
        }
      }
    },
    Sabotage("forgets every third update", "POOL-7", "TX-11", "POOL-8") { sabotage in
      let count = Tally()
      sabotage.exec = { sabotaged, parameters async throws(DatabaseError) in
        if sabotaged.text.leadingKeyword == "UPDATE", count.next() % 3 == 0 {
          return ExecResult(rowCount: 1)
        }
        return try await sabotaged.proceed(parameters)
      }
    },
    Sabotage("keeps what a failed statement had done", "EXEC-5") {
      $0.engines = ["sqlite"]
      $0.text = { $0.replacing("INSERT INTO items", with: "INSERT OR FAIL INTO items") }
    },
    Sabotage("counts parameters wrongly", "REBIND-5") { $0.parameterCount = { $0.map { $0 + 1 } } },
    Sabotage("does not count parameters", "REBIND-5") { $0.parameterCount = { _ in nil } },
    Sabotage("takes fewer parameters than it says", "BIND-3") {
      $0.text = { $0.utf8.count { $0 == 63 } > 1000 ? "SELECT FROM" : $0 }
    }.only(on: "sqlite", "mariadb"),
    facts("writes another engine's placeholders", "REBIND-1", "REBIND-5", "REBIND-2") {
      $0.dialect.placeholders = .dollarNumber
    }.only(on: "sqlite", "mariadb"),
    facts("does not know its own placeholders", "REBIND-3") {
      $0.dialect.placeholders = .dollarNumber
      $0.dialect.lexical.namedParameters = false
    }.only(on: "sqlite", "mariadb"),
    Sabotage("halves doubled question marks in strings", "REBIND-2") {
      $0.text = { $0.replacing("??", with: "?") }
    },
    facts("reads comments as text", "REBIND-4", "REBIND-1", "EXEC-3", "REBIND-3") {
      $0.dialect.lexical.backslashEscapes = true
      $0.dialect.lexical.hashComments = true
      $0.dialect.identifierQuote = "#"
    },
    Sabotage("stores the rows of insert-ignore one by one", "EXEC-6", "UPSERT-11") {
      $0.text = { $0 == "ROLLBACK" ? "COMMIT" : $0 }
    },
    Sabotage("hides NULLs behind insert-ignore", "UPSERT-3") {
      $0.engines = ["sqlite"]
      $0.text = {
        $0.hasSuffix("ON CONFLICT DO NOTHING")
          ? "INSERT OR IGNORE" + String($0.dropFirst(6).dropLast(23)) : $0
      }
    },
    Sabotage("replaces the row that insert-ignore should leave", "UPSERT-3") {
      $0.engines = ["sqlite"]
      $0.text = {
        $0.hasSuffix("ON CONFLICT DO NOTHING")
          ? "REPLACE" + String($0.dropFirst(6).dropLast(23)) : $0
      }
    },
    upsert("deletes the row before an upsert", "UPSERT-8", "UPSERT-2") { sql, conflict in
      "REPLACE" + String(sql[..<conflict].dropFirst(6))
    },
    upsert("upserts nothing but the first time", "UPSERT-2", "UPSERT-6", "DURABLE-2", "DURABLE-3") {
      sql, conflict in String(sql[..<conflict]) + " ON CONFLICT DO NOTHING"
    },
    upsert("hides a clash on another key", "UPSERT-4") { sql, conflict in
      "INSERT OR IGNORE" + String(sql[..<conflict].dropFirst(6)) + String(sql[conflict...])
    },
    upsert("changes all columns in an upsert", "UPSERT-2") { sql, _ in
      sql.contains("SET \"hits\" = excluded") ? sql + ", \"email\" = excluded.\"email\"" : sql
    },
    upsert("takes the new value where an expression stands", "UPSERT-6", "UPSERT-9", "DURABLE-2") {
      sql, conflict in
      String(sql[..<conflict])
        + String(sql[conflict...]).replacing("\"visits\".\"hits\" +", with: "")
        .replacing("ELSE \"receipts\".\"message\"", with: "ELSE excluded.\"message\"")
    },
    Sabotage("fails for the first row that is new", "UPSERT-3", "UPSERT-1") {
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        if ignoresWhatExists(sabotaged.text) { return ExecResult(rowCount: 0) }
        return try await sabotaged.proceed(parameters)
      }
    },
    result("says inserted for every upsert", "UPSERT-3", "UPSERT-7", "UPSERT-5") { result, text in
      ignoresWhatExists(text) ? ExecResult(rowCount: 1) : result
    },
    facts("writes several rows as no engine here does", "BULK-1", "BULK-4", "UPSERT-5") {
      $0.dialect.severalRows = .insertAll
      $0.capabilities.nativeBulkInsert = false
    },
    facts("merges where the engine does not", "UPSERT-1", "UPSERT-5") {
      $0.dialect.upsertForm = .merge()
    }.only(on: "sqlite", "mariadb"),
    facts("takes the violation of any key for the key's", "UPSERT-4") {
      $0.dialect.upsertForm = .onDuplicateKey
      $0.dialect.upsertChecksConflictKey = true
    }.only(on: "mariadb"),
    facts("says that it writes upserts and does not", "UPSERT-1", "UPSERT-3") {
      $0.dialect.upsertForm = .unsupported
    },
    claims("denies its upserts", "UPSERT-1") { $0.upserts = false },
    Sabotage("loses a row in bulk", "BULK-1") { $0.bulk = { $0.dropLast() } },
    Sabotage("tells a wrong count in bulk", "BULK-1") { $0.bulkCount = { $0 + 1 } },
    Sabotage("tells a wrong row for a bulk error", "BULK-2") {
      $0.error = { error in error.details.row.map { error.atRow($0 + 1) } ?? error }
    },
    Sabotage("passes over bad rows in bulk", "BULK-2") {
      $0.error = { $0.details.row == nil ? $0 : nil }
    },
    facts("folds names to capitals where the engine does not", "SCHEMA-1", "UPSERT-1") {
      $0.dialect.folding = .upper
    }.only(on: "postgres", "mariadb"),
    Sabotage("finds columns by other names than the engine has", "QUERY-1") {
      $0.columns = { columns, _ in ColumnList(columns.columns, folding: .upper) }
    },
    facts("lists no tables", "SCHEMA-1", "MIG-1", "TX-10") {
      $0.dialect.listTables = "SELECT 'x' AS name WHERE 1 = 0"
    },
    facts("lists columns that take NULL wrongly", "SCHEMA-1") {
      $0.dialect.listColumns =
        "SELECT name, type, \"notnull\" FROM pragma_table_info(?) ORDER BY cid"
    }.only(on: "sqlite"),
    facts("never writes a migration the same way twice", "MIG-1", "MIG-4") {
      $0.dialect.types.text = "TEXT /* \(Int.random(in: 0...Int.max)) */"
    },
    Sabotage("forgets which migrations ran", "MIG-1", "MIG-4", "MIG-2") {
      $0.text = { text in
        let notes = ["\"schema_version\"", "`schema_version`"].contains {
          text.hasPrefix("INSERT INTO \($0)")
        }
        return notes ? "SELECT ?, ?, ?, ?, ?" : text
      }
    },
  ]

  private static func ignoresWhatExists(_ text: StatementText) -> Bool {
    text.text.hasSuffix("ON CONFLICT DO NOTHING") || text.text.contains(Dialect.existingRowMarking)
  }

  static func result(
    _ name: String, _ clauses: String...,
    change: @escaping @Sendable (ExecResult, StatementText) -> ExecResult
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.result = change }
  }

  static func facts(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (inout ServerFacts) -> Void
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.facts = change }
  }

  /// A wrong word on what the engine can do; it happens where it is one.
  static func claims(
    _ name: String, _ clauses: String..., change: @escaping @Sendable (inout Capabilities) -> Void
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.capabilities = change }
  }

  private static func upsert(
    _ name: String, _ clauses: String...,
    change: @escaping @Sendable (String, String.Index) -> String
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.engines = ["sqlite"]
      $0.text = { sql in
        sql.firstRange(of: " ON CONFLICT (").map { change(sql, $0.lowerBound) } ?? sql
      }
    }
  }
}
