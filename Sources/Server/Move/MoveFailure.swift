import DriverAPI

/// Why a move was not begun.
struct MoveRefusal: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What is told of a move that failed.
enum MoveFailure {
  /// The error, with what only its owner should read: the key of a row, and the database's own words.
  static func text(of error: any Error) -> String {
    var text = "move: \(error)"
    let cause = (error as? StartFailure)?.why ?? error as? DatabaseError
    if let key = cause?.details.key { text += "\n  the row: \(LogText.line(key))" }
    if let message = cause?.serverMessage {
      text += "\n  the database says: \(LogText.line(message))"
    }
    return Masking.credentials(in: text)
  }
}
