import DriverAPI

extension Sabotage {
  /// Errors told wrongly.
  static let ofErrors: [Sabotage] = [
    Sabotage("swallows violations", "ERR-1", "EXEC-5", "TX-2", "ERR-4") {
      $0.error = { $0.kind == .uniqueViolation ? nil : $0 }
    },
    Sabotage("swallows every error", "ERR-1", "STMT-1", "ERR-2", "MIG-3") {
      $0.error = { _ in nil }
    },
    retold(
      "takes a unique violation for another error", .uniqueViolation, as: .other, "ERR-1", "EXEC-5"),
    retold(
      "takes a missing value for a duplicate", .notNullViolation, as: .uniqueViolation, "ERR-1",
      "UPSERT-3"),
    retold(
      "takes a missing reference for a check", .foreignKeyViolation, as: .checkViolation, "ERR-1",
      "CONN-7"),
    retold("takes a check for a missing value", .checkViolation, as: .notNullViolation, "ERR-1"),
    retold(
      "takes a mistake in grammar for a missing object", .syntax, as: .undefinedObject, "ERR-1"),
    retold(
      "takes a missing object for a mistake in grammar", .undefinedObject, as: .syntax, "ERR-1",
      "STMT-1", "POOL-4"),
    Sabotage("takes a refused write for another error", "TX-5") {
      $0.facts = { $0.dialect.transactions.readOnlyIsEnforced = true }
      $0.error = { $0.kind == .readOnly ? $0.with(kind: .permissionDenied) : $0 }
    },
    retold(
      "takes a cancellation for another error", .cancelled, as: .other, "CANCEL-1", "CANCEL-4",
      "POOL-5"),
    retold("takes what it cannot do for another error", .unsupported, as: .other, "TYPE-1"),
    Sabotage("tells a usable connection as spent", "EXEC-5", "ERR-1", "TX-3") {
      $0.error = { $0.with(connection: .spent) }
    },
    Sabotage("tells a refused statement as never sent", "ERR-4", "ERR-1") {
      $0.error = { $0.with(execution: .notSent) }
    },
    Sabotage("tells the engine's words", "ERR-3") {
      $0.error = { error in
        DatabaseError(
          error.kind, error.message + ": v4lue-to-hide", connection: error.connection,
          execution: error.execution, details: error.details)
      }
    },
    detailed("tells another constraint", "ERR-2") {
      $0.constraint = $0.constraint.map { _ in "x" }
    },
    detailed("tells another table", "ERR-2") { $0.table = "elsewhere" },
    detailed("tells another column", "ERR-2") { $0.column = "elsewhere" },
    detailed("tells no details", "ERR-2") { $0 = DatabaseError.Details() },
    // MariaDB tells none.
    detailed("tells positions in bytes", "ERR-2") { $0.position = $0.position.map { $0 + 1 } }
      .only(on: "sqlite", "postgres"),
  ]

  private static func retold(
    _ name: String, _ kind: DatabaseError.Kind, as other: DatabaseError.Kind, _ clauses: String...
  ) -> Sabotage {
    Sabotage(name, clauses) { $0.error = { $0.kind == kind ? $0.with(kind: other) : $0 } }
  }

  private static func detailed(
    _ name: String, _ clauses: String...,
    change: @escaping @Sendable (inout DatabaseError.Details) -> Void
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.error = { error in
        var details = error.details
        change(&details)
        return DatabaseError(
          error.kind, error.message, connection: error.connection, execution: error.execution,
          details: details, serverMessage: error.serverMessage)
      }
    }
  }
}
