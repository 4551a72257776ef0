extension DatabaseError {
  /// The error for what an engine reported in the terms of standard SQL.
  ///
  /// - Parameters:
  ///   - sqlState: the five characters.
  ///   - nativeCode: the engine's own number.
  ///   - serverMessage: the engine's own words.
  ///   - kind: what the driver knows better than the SQLSTATE tells, from the native code.
  /// - Returns: an error that is `.spent` and `.unknown` if the session is lost, `.usable` and `.unknown` if
  ///   the server does not know whether the statement was completed (40003), otherwise `.usable` and
  ///   `.rejected`. [ERR-4]
  public static func reported(
    sqlState: String, nativeCode: Int, serverMessage: String, kind: Kind? = nil
  ) -> DatabaseError {
    let kind = kind ?? Kind(sqlState: sqlState)
    let isLost = kind == .connectionLost
    return DatabaseError(
      kind, words(kind),
      connection: isLost ? .spent : .usable,
      execution: isLost || sqlState == "40003" ? .unknown : .rejected,
      details: Details(sqlState: sqlState, nativeCode: nativeCode), serverMessage: serverMessage)
  }

  /// What is told where the engine's own words are not: each kind by itself where it is about a row. [ERR-1]
  private static func words(_ kind: Kind) -> String {
    switch kind {
    case .uniqueViolation: "a row with this key exists already"
    case .foreignKeyViolation: "a referenced row is missing, or the row is still referenced"
    case .notNullViolation: "a required column was NULL or got no value"
    case .checkViolation: "a check constraint refused the row"
    case .connectionLost: "the session with the server ended"
    default: "the server refused the call"
    }
  }
}
