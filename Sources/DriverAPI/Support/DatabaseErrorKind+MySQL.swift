extension DatabaseError.Kind {
  /// What an error number of MySQL, MariaDB or their client library means; nil if it says no more
  /// than the SQLSTATE, which has few values there.
  public init?(mysqlCode code: Int) {
    switch code {
    case 1022, 1062, 1169, 1586, 1859: self = .uniqueViolation
    case 1216, 1217, 1451, 1452, 1557, 1761, 1762: self = .foreignKeyViolation
    case 1048, 1121, 1171, 1263, 1364: self = .notNullViolation
    case 3819, 4025: self = .checkViolation
    case 1064, 1149, 1065, 1102, 1103: self = .syntax
    case 1049, 1051, 1054, 1072, 1091, 1109, 1128, 1146, 1176, 1193, 1305, 1360, 1477, 1630,
      3814, 4091, 4092:
      self = .undefinedObject
    case 1074, 1118, 1264, 1406, 1416, 1426, 1425, 1439, 1441, 1690, 1153: self = .dataOutOfRange
    case 1265, 1292, 1300, 1365, 1366, 1367, 1411, 1525, 3140, 3141, 3156, 4038, 4078:
      self = .invalidValue
    case 1020: self = .serializationFailure
    case 1213, 1614, 3058: self = .deadlock
    case 1205, 3572: self = .lockTimeout
    case 1969, 3024: self = .statementTimeout
    case 1317, 1028: self = .cancelled
    case 1290, 1792, 1836, 3100: self = .readOnly
    case 1044, 1045, 1095, 1142, 1143, 1227, 1370, 1698, 1419: self = .permissionDenied
    case 1021, 1030, 1037, 1038, 1040, 1041, 1114, 1135, 1197, 1203, 1206, 1226, 1461, 2008, 3168:
      self = .resourceExhausted
    case 1295: self = .unsupported
    case 1053, 1077...1080, 1152, 1158...1161, 1184, 1927, 4031: self = .connectionLost
    case 2001...2007, 2009...2014, 2020, 2026, 2027, 2055, 5012...5015: self = .connectionLost
    default: return nil
    }
  }
}
