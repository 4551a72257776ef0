extension DatabaseError {
  /// The error for what an engine reported in the terms of standard SQL.
  ///
  /// - Parameters:
  ///   - sqlState: the five characters.
  ///   - nativeCode: the engine's own number.
  ///   - serverMessage: the engine's own words.
  ///   - kind: what the driver knows better than the SQLSTATE tells, from the native code.
  /// - Returns: an error that is `.spent` and `.unknown` if the session is lost, otherwise `.usable`
  ///   and `.rejected`.
  public static func reported(
    sqlState: String, nativeCode: Int, serverMessage: String, kind: Kind? = nil
  ) -> DatabaseError {
    let kind = kind ?? Kind(sqlState: sqlState)
    let isLost = kind == .connectionLost
    return DatabaseError(
      kind, isLost ? "the session with the server ended" : "the server refused the call",
      connection: isLost ? .spent : .usable, execution: isLost ? .unknown : .rejected,
      details: Details(sqlState: sqlState, nativeCode: nativeCode), serverMessage: serverMessage)
  }
}
