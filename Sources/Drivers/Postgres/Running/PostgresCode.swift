import DriverAPI

/// SQLSTATEs in terms of the contract.
enum PostgresCode {
  /// What a SQLSTATE means: by itself if it is listed, otherwise by its class.
  static func kind(_ sqlState: String) -> DatabaseError.Kind {
    single(sqlState) ?? family(sqlState.prefix(2))
  }

  private static func single(_ sqlState: String) -> DatabaseError.Kind? {
    switch sqlState {
    case "23505", "23P01": .uniqueViolation
    case "23503", "23001": .foreignKeyViolation
    case "23502": .notNullViolation
    case "23514", "44000": .checkViolation
    case "42501": .permissionDenied
    case "42P01", "42703", "42883", "42704", "42P02", "3F000", "3D000", "34000", "26000":
      .undefinedObject
    case "42804", "42846", "42P18", "42P38": .invalidValue
    // Objects that exist already have no kind of their own.
    case "42P03", "42P04", "42P05", "42P06", "42P07", "42701", "42710", "42712", "42723": .other
    case "22001", "22003", "22008", "22015": .dataOutOfRange
    case "25006": .readOnly
    case "25P02": .transactionAborted
    case "25P03", "25P04", "57P01", "57P02", "57P03", "57P04", "57P05": .connectionLost
    case "40P01": .deadlock
    case "40003": .other
    case "55P03": .lockTimeout
    default: nil
    }
  }

  private static func family(_ prefix: Substring) -> DatabaseError.Kind {
    switch prefix {
    case "08": .connectionLost
    case "0A": .unsupported
    case "22": .invalidValue
    case "28": .authenticationFailed
    case "40": .serializationFailure
    case "42": .syntax
    case "53", "54": .resourceExhausted
    default: .other
    }
  }

  /// What a kind means, in words of ours.
  static func message(_ kind: DatabaseError.Kind) -> String {
    switch kind {
    case .uniqueViolation: "a row with this key exists already"
    case .foreignKeyViolation: "a referenced row is missing, or the row is still referenced"
    case .notNullViolation: "a required column was NULL"
    case .checkViolation: "a check constraint refused the row"
    case .syntax: "the server cannot make sense of the statement"
    case .undefinedObject: "the statement names something that does not exist"
    case .dataOutOfRange: "a value is beyond what its type or column holds"
    case .invalidValue: "a value has the wrong form or type"
    case .serializationFailure: "a concurrent transaction won; repeat the whole transaction"
    case .deadlock: "two transactions waited for each other; repeat the whole transaction"
    case .lockTimeout: "a lock was not granted in time"
    case .readOnly: "the transaction or the server is read-only"
    case .notPrimary: "the server takes no writes any more; repeat the whole transaction"
    case .permissionDenied: "the user may not do that"
    case .resourceExhausted: "the server ran out of a resource, or a limit was exceeded"
    case .transactionAborted: "the transaction failed earlier and takes only a rollback"
    case .connectionLost: "the server ended the session"
    case .unsupported: "the server does not support that"
    case .authenticationFailed: "the server refused the user"
    default: "the server refused the statement"
    }
  }
}
