extension DatabaseError.Kind {
  /// What a result code of SQLite means, plain or extended; nil if it says nothing, as the general
  /// error does.
  public init?(sqliteCode code: Int) {
    switch code {
    // Of a constraint: unique, primary key, row id; then foreign key, not null, check, data type.
    case 2067, 1555, 2579: self = .uniqueViolation
    case 787: self = .foreignKeyViolation
    case 1299: self = .notNullViolation
    case 275: self = .checkViolation
    case 3091: self = .invalidValue
    // Busy with a snapshot: another connection wrote after this transaction had begun to read.
    case 517: self = .serializationFailure
    default: self.init(sqlitePrimaryCode: code & 0xff)
    }
  }

  private init?(sqlitePrimaryCode code: Int) {
    switch code {
    case 5, 6: self = .lockTimeout
    case 9: self = .cancelled
    case 8: self = .readOnly
    case 3, 23: self = .permissionDenied
    case 13, 7: self = .resourceExhausted
    case 14, 26: self = .cannotConnect
    case 18: self = .dataOutOfRange
    case 20: self = .invalidValue
    case 25, 21: self = .misuse
    default: return nil
    }
  }
}
