import CSQLite
import DriverAPI

/// SQLite's extended result codes in terms of the contract.
enum SQLiteCode {
  private static let busySnapshot: Int32 = SQLITE_BUSY | (2 << 8)
  private static let lockedSharedCache: Int32 = SQLITE_LOCKED | (1 << 8)

  /// What an extended code means.
  static func kind(_ code: Int32) -> DatabaseError.Kind {
    DatabaseError.Kind(sqliteCode: Int(code)) ?? .other
  }

  /// Whether the code says that another connection holds a lock and waiting can help.
  ///
  /// BUSY ends when another connection finishes, and so does LOCKED where the process has turned SQLite's
  /// shared cache on. Any other LOCKED comes from this very connection, and a stale snapshot never
  /// becomes fresh: waiting for those would be waiting for ourselves.
  static func canWait(_ code: Int?) -> Bool {
    guard let code else { return false }
    if code == Int(lockedSharedCache) { return true }
    return code & 0xff == Int(SQLITE_BUSY) && code != Int(busySnapshot)
  }

  /// What an extended code means, in words of ours.
  static func message(_ code: Int32) -> String {
    switch kind(code) {
    case .uniqueViolation: "a row with this key exists already"
    case .foreignKeyViolation: "a referenced row is missing, or the row is still referenced"
    case .notNullViolation: "a required column was NULL"
    case .checkViolation: "a check constraint refused the row"
    case .lockTimeout: "the database stayed locked by another connection or process"
    case .serializationFailure: "another connection wrote since this transaction began to read"
    case .cancelled: "the statement was interrupted"
    case .readOnly: "the database or the connection is read-only"
    case .resourceExhausted:
      code & 0xff == SQLITE_FULL ? "the disk or the database is full" : "memory ran out"
    default: String(cString: sqlite3_errstr(code))
    }
  }
}
