import DriverAPI

/// The error for what the engine reported.
///
/// - Parameters:
///   - sqlState: the five characters, or five blanks if it tells none.
///   - code: the engine's own number, which may say more.
///   - words: the engine's own words; they are shown apart from the framework's.
func reported(sqlState: String, code: Int, words: String) -> DatabaseError {
  let kind: DatabaseError.Kind? =
    switch code {
    // case 1205: .lockTimeout
    default: nil
    }
  return .reported(sqlState: sqlState, nativeCode: code, serverMessage: words, kind: kind)
}

/// The error of what this template leaves to its author; it goes when all is written.
func notWritten(_ place: String) -> DatabaseError {
  .unsupported("not written yet: \(place)")
}
