import DriverAPI

extension Sabotage {
  /// Transactions that are none.
  static let ofTransactions: [Sabotage] = [
    Sabotage("commits where it should roll back", "TX-2", "TX-9", "TX-10", "MIG-3", "CANCEL-3") {
      $0.text = { $0 == "ROLLBACK" ? "COMMIT" : $0 }
    },
    Sabotage(
      "rolls back where it should commit", "TX-1", "TX-2", "TX-3", "UPSERT-1", "DURABLE-5", "TX-12",
      "TX-8", "TX-11"
    ) {
      $0.text = { $0 == "COMMIT" ? "ROLLBACK" : $0 }
    },
    Sabotage("keeps what a cancelled transaction had done", "CANCEL-3") {
      $0.text = { $0 == "ROLLBACK" ? "COMMIT" : $0 }
    },
    Sabotage("has no transactions", "TX-2", "TX-4", "TX-3", "TX-1") {
      $0.text = {
        ["BEGIN IMMEDIATE", "BEGIN", "COMMIT", "ROLLBACK"].contains($0) ? "SELECT 1" : $0
      }
      $0.status = { _ in .active }
    },
    Sabotage("says there is no transaction", "TX-4", "TX-9", "TX-2") { $0.status = { _ in .none } },
    Sabotage("says there is a transaction", "CONN-1", "TX-4", "EXEC-5") {
      $0.status = { $0 == .none ? .active : $0 }
    },
    Sabotage("says a failed transaction goes on", "TX-4") {
      $0.status = { $0 == .active ? .failed : $0 }
    },
    Sabotage("ignores savepoints", "TX-3", "BULK-2", "BATCH-1") {
      $0.text = { $0.hasPrefix("ROLLBACK TO") ? "SELECT 1" : $0 }
    },
    Sabotage("rolls everything back for a savepoint", "TX-3") {
      $0.text = { $0.hasPrefix("ROLLBACK TO") ? "ROLLBACK" : $0 }
    },
    Sabotage("shows what is not committed", "TX-1") {
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        let result = try await sabotaged.proceed(parameters)
        if sabotaged.text.leadingKeyword == "INSERT",
          sabotaged.connection.connection.transactionStatus == .active
        {
          try await sabotaged.connection.run("COMMIT")
          try await sabotaged.connection.run("BEGIN IMMEDIATE")
        }
        return result
      }
    },
    facts("begins to write too late", "MIG-1", "TX-11", "UPSERT-9", "POOL-7") {
      $0.dialect.transactions.begin = "BEGIN"
    }.only(on: "sqlite"),
    facts("lets a read-only transaction write", "TX-5") {
      $0.dialect.transactions.beginReadOnly = "BEGIN IMMEDIATE"
      $0.dialect.transactions.readOnlyIsEnforced = true
    },
    Sabotage("hides that a reader cannot write", "TX-5") {
      $0.facts = { $0.dialect.transactions.readOnlyIsEnforced = true }
      $0.error = { $0.kind == .readOnly ? nil : $0 }
    },
    claims("claims that writers do not queue", "TX-6", "TX-11") { $0.concurrentWrites = true },
    claims("claims to find deadlocks", "TX-7") { $0.deadlockDetection = true },
    claims("claims isolation levels it lacks", "TX-5") { $0.weakIsolation = true },
    claims("denies that DDL is undone", "TX-10", "MIG-3") { $0.transactionalDDL = false },
    claims("claims to hold NaN", "TYPE-1") { $0.notANumber = true },
    claims("claims large integers", "TYPE-1") { $0.unsignedIntegers = true },
    claims("denies infinities it holds", "TYPE-1") { $0.infinities = false },
    claims("denies NUL it holds", "TYPE-2") { $0.nulInText = false },
    claims("denies that data lasts", "DURABLE-1", "DURABLE-3", "POOL-3", "CONN-5", "TX-12") {
      $0.durableStorage = false
    },
  ]
}
