import DriverAPI

extension Sabotage {
  /// What goes wrong when others change the schema, or end statements, or when rows come in bulk.
  static let ofChanges: [Sabotage] = [
    Sabotage("cannot insert any more when columns have changed", "STMT-3", "STMT-4") { sabotage in
      sabotage.meetsAll = true
      let changes = Tally()
      sabotage.exec = { sabotaged, parameters async throws(DatabaseError) in
        if sabotaged.text.leadingKeyword == "ALTER" { _ = changes.next() }
        if changes.current > 0, sabotaged.text.leadingKeyword == "INSERT" {
          throw DatabaseError(.other, "the statement is out of date")
        }
        return try await sabotaged.proceed(parameters)
      }
    },
    Sabotage("cannot read any more in a shared session when columns have changed", "STMT-3") {
      sabotage in
      sabotage.engines = ["postgres"]
      sabotage.meetsAll = true
      let changes = countChanges(&sabotage)
      sabotage.pipelined = { _, run async throws(DatabaseError) in
        if changes.current > 0 { throw DatabaseError(.unsupported, "the statement is out of date") }
        return try await run()
      }
    },
    Sabotage("makes a number of what was one before", "STMT-4") {
      $0.parameters = { $0.map { $0 == "007" ? 7 : $0 } }
    },
    Sabotage("loses an interruption in the first round trip", "CANCEL-5") {
      $0.engines = ["postgres", "mysql", "mariadb"]
      $0.meetsAll = true
      $0.interruptsNotAtOnce = true
    },
    Sabotage("loses an interruption in a shared session", "CANCEL-5") {
      $0.engines = ["postgres"]
      $0.meetsAll = true
      $0.pipelined = { _, run async throws(DatabaseError) in
        do throws(DatabaseError) { return try await run() } catch {
          throw error.kind == .cancelled ? error.with(kind: .other) : error
        }
      }
    },
    errors("takes the server's limit for a cancellation", "CANCEL-6") {
      $0.kind == .statementTimeout ? $0.with(kind: .cancelled) : $0
    },
    errors("takes a stop from outside for a cancellation", "CANCEL-6") {
      $0.kind == .other ? $0.with(kind: .cancelled) : $0
    },
    errors("says that the end of a session undid its statement", "ERR-5") {
      $0.kind == .connectionLost ? $0.with(execution: .rejected) : $0
    },
    Sabotage("tells no time-out in a shared session", "PIPE-5") {
      $0.engines = ["postgres"]
      $0.meetsAll = true
      $0.pipelined = { _, run async throws(DatabaseError) in
        do throws(DatabaseError) { return try await run() } catch {
          throw error.kind == .cancelled ? error.with(kind: .other) : error
        }
      }
    },
    Sabotage("stores other numbers in bulk", "BULK-3") {
      $0.engines = ["postgres", "mysql", "mariadb"]
      $0.bulk = { rows in rows.map { row in row.map { $0 == 0.5 ? 0.25 : $0 } } }
    },
    Sabotage("refuses in bulk what it takes alone", "BULK-3") {
      $0.engines = ["postgres", "mysql", "mariadb"]
      $0.bulk = { rows in rows.map { row in row.map { $0 == true ? "neither" : $0 } } }
    },
    Sabotage("loses what is beyond the first portion of a bulk insert", "BULK-4") {
      $0.engines = ["postgres", "mysql", "mariadb"]
      $0.bulk = { Array($0.prefix(1000)) }
    },
    errors("takes a cancelled bulk insert for another error", "BULK-4") {
      $0.kind == .cancelled ? $0.with(kind: .other) : $0
    },
    errors("takes a deadlock for another error", "TX-8", "TX-7") {
      $0.kind == .deadlock ? $0.with(kind: .other) : $0
    },
    Sabotage("takes the rollback of a failed transaction for its commit", "TX-13") {
      $0.engines = ["postgres"]
      $0.meetsAll = true
      $0.error = { $0.kind == .transactionAborted ? nil : $0 }
    },
  ]

  private static func countChanges(_ sabotage: inout Sabotage) -> Tally {
    let changes = Tally()
    sabotage.exec = { sabotaged, parameters async throws(DatabaseError) in
      if sabotaged.text.leadingKeyword == "ALTER" { _ = changes.next() }
      return try await sabotaged.proceed(parameters)
    }
    return changes
  }

  private static func errors(
    _ name: String, _ clauses: String...,
    change: @escaping @Sendable (DatabaseError) -> DatabaseError?
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.engines = ["postgres", "mysql", "mariadb"]
      $0.meetsAll = true
      $0.error = change
    }
  }
}
