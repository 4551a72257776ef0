import CMariaDB
import DriverAPI

/// The error numbers of MySQL, MariaDB and their client library in terms of the contract.
enum MySQLCode {
  /// The statement's tables changed, and the server does not prepare it again by itself.
  static let needsPreparing = 1615
  /// The server does not know the statement; a proxy may have changed the server.
  static let unknownStatement = 1243

  /// The statement can only be run by its text.
  static let notPreparable = 1295
  /// The statement was stopped by KILL QUERY.
  static let interrupted = 1317
  /// A node of Galera that is not ready, or refuses everything on purpose.
  static let notReady = 1047
  /// The engine failed in the middle of a commit.
  static let duringCommit = 1180
  /// What a server that only reads answers to a write, and for other reasons too.
  static let readOnly: Set = [1290, 1792, 1836, 3100]
  /// The statement would have the client send a file.
  static let localFile = 4166

  /// What a number means.
  static func kind(_ code: Int) -> DatabaseError.Kind {
    code == localFile ? .unsupported : DatabaseError.Kind(mysqlCode: code) ?? .other
  }

  /// Whether the session can be used again after an error of that number.
  static func state(after code: Int) -> DatabaseError.ConnectionState {
    // A packet beyond the limit makes the server hang up.
    kind(code) == .connectionLost || code == 1153 ? .spent : .usable
  }

  /// What a number means, in words of ours.
  static func message(_ code: Int) -> String {
    if code == localFile {
      return "LOAD DATA LOCAL would have the server read files of this machine, which is never "
        + "allowed; use bulkInsert"
    }
    return switch kind(code) {
    case .uniqueViolation: "a row with this key exists already"
    case .foreignKeyViolation: "a referenced row is missing, or the row is still referenced"
    case .notNullViolation: "a required column was NULL or got no value"
    case .checkViolation: "a check constraint refused the row"
    case .syntax: "the server cannot parse the statement"
    case .undefinedObject: "a table, column or function of the statement does not exist"
    case .dataOutOfRange: "a value is longer or larger than its column or type can hold"
    case .invalidValue: "a value has not the form of its column or type"
    case .serializationFailure: "another transaction changed the row first"
    case .deadlock: "two transactions waited for each other, and this one was rolled back"
    case .lockTimeout: "a lock was not granted in time"
    case .statementTimeout: "the server's own limit for statements was exceeded"
    case .cancelled: "the statement was interrupted"
    case .readOnly: "the transaction or the server is read-only"
    case .notPrimary: "the server takes no writes any more; repeat the whole transaction"
    case .permissionDenied: "the user may not do that"
    case .resourceExhausted: "memory, disk, connections or another resource of the server ran out"
    case .connectionLost: "the session with the server ended"
    case .unsupported:
      "the server cannot prepare a statement of that kind; write it without parameters"
    default: "the server refused the statement"
    }
  }
}
