extension DatabaseError.Kind {
  /// What a SQLSTATE means: by itself if it is listed, otherwise by its class of two characters.
  ///
  /// The states of standard SQL and ODBC, and those of engines that say more. A driver asks its
  /// engine's native codes first where they are finer.
  public init(sqlState: String) {
    self = Self.states[sqlState] ?? Self.states[String(sqlState.prefix(2))] ?? .other
  }

  private static let states: [String: Self] = {
    var states: [String: Self] = [:]
    for (kind, names) in table {
      for name in names.split(separator: " ") { states[String(name)] = kind }
    }
    return states
  }()

  private static let table: [(Self, String)] = [
    (.connectionLost, "08 57P01 57P02 57P03 25P03 HYT01"),
    (.cannotConnect, "08001 08004 IM"),
    (.authenticationFailed, "28"),
    (.uniqueViolation, "23505 23P01"),
    (.foreignKeyViolation, "23503 23001"),
    (.notNullViolation, "23502"),
    (.checkViolation, "23513 23514 44000"),
    (.syntax, "42 37"),
    (.undefinedObject, "42S02 42S22 42S12 42P01 42703 42704 42883 42P02 3D 3F"),
    // Objects that exist already have no kind of their own.
    (.other, "42S01 42S11 42S21 42P03 42P04 42P05 42P06 42P07 42701 42710 42712 42723"),
    (.invalidValue, "22 42804 42846 07006"),
    (.dataOutOfRange, "22001 22003 22008 22015"),
    (.serializationFailure, "40"),
    (.deadlock, "40P01"),
    // Nobody knows whether the statement was completed: to repeat it may do it twice.
    (.other, "40003"),
    (.transactionAborted, "25P02"),
    (.readOnly, "25006"),
    (.lockTimeout, "55P03"),
    (.statementTimeout, "HYT00"),
    (.cancelled, "57014 70100 HY008"),
    (.permissionDenied, "42501"),
    (.resourceExhausted, "53 54 HY001 HY013 HY014"),
    (.unsupported, "0A HYC00 IM001"),
  ]
}
