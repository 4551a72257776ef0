import CMariaDB
import DriverAPI

/// The error numbers of MySQL, MariaDB and their client library in terms of the contract.
enum MySQLCode {
  /// The statement's tables changed, and the server does not prepare it again by itself.
  static let needsPreparing = 1615
  /// The server does not know the statement; a proxy may have changed the server.
  static let unknownStatement = 1243

  /// What a number means.
  static func kind(_ code: Int) -> DatabaseError.Kind {
    switch code {
    case 1022, 1062, 1169, 1586, 1859: .uniqueViolation
    case 1216, 1217, 1451, 1452, 1557, 1761, 1762: .foreignKeyViolation
    case 1048, 1121, 1171, 1263, 1364: .notNullViolation
    case 3819, 4025: .checkViolation
    case 1064, 1149, 1065, 1102, 1103: .syntax
    case 1049, 1051, 1054, 1072, 1091, 1109, 1128, 1146, 1176, 1193, 1305, 1360, 1477, 1630,
      3814, 4091:
      .undefinedObject
    case 1074, 1118, 1264, 1406, 1416, 1426, 1425, 1439, 1441, 1690, 1153: .dataOutOfRange
    case 1265, 1292, 1300, 1365, 1366, 1367, 1411, 1525, 3140, 3141, 3156, 4038, 4078:
      .invalidValue
    case 1020: .serializationFailure
    case 1213, 1614, 3058: .deadlock
    case 1205, 3572: .lockTimeout
    case 1969, 3024: .statementTimeout
    case 1317, 1028: .cancelled
    case 1290, 1792, 1836, 3100: .readOnly
    case 1044, 1045, 1095, 1142, 1143, 1227, 1370, 1698, 1419: .permissionDenied
    case 1021, 1030, 1037, 1038, 1040, 1041, 1114, 1135, 1197, 1203, 1206, 1226, 1461, 2008, 3168:
      .resourceExhausted
    case 1295: .unsupported
    default: connectionKind(code)
    }
  }

  // The session has ended, or nobody knows where it stands.
  private static func connectionKind(_ code: Int) -> DatabaseError.Kind {
    switch code {
    case 1053, 1077, 1078, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1927, 4031:
      .connectionLost
    case 2001...2013, 2014, 2020, 2026, 2027, 2055, 5012...5015: .connectionLost
    default: .other
    }
  }

  /// Whether the session can be used again after an error of that number.
  static func state(after code: Int) -> DatabaseError.ConnectionState {
    // A packet beyond the limit makes the server hang up.
    connectionKind(code) == .connectionLost || code == 1153 ? .spent : .usable
  }

  /// What a number means, in words of ours.
  static func message(_ code: Int) -> String {
    switch kind(code) {
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
    case .permissionDenied: "the user may not do that"
    case .resourceExhausted: "memory, disk, connections or another resource of the server ran out"
    case .connectionLost: "the session with the server ended"
    case .unsupported: "the server cannot prepare a statement of that kind"
    default: "the server refused the statement"
    }
  }
}
