/// Why a log-in is refused, in the order in which the reasons are looked for.
enum HandshakeRefusal: Error, Sendable, Equatable {
  case undecodable
  case nameMissing
  case nameInvalid(rule: String)
  case notAllowed
  case notAdmin
  case wrongKey
  /// Too many keys were wrong; this one was not looked at.
  case lockedOut
  case nameTaken
  case banned

  /// What the client is told in a frame of its own before a wrong key closes the connection.
  static let wrongKeyDetail = "invalid admin key"

  /// Whether the admin key was wrong, or not looked at after many that were.
  var isWrongKey: Bool { self == .wrongKey || self == .lockedOut }

  /// The code of the close frame.
  var code: UInt16 {
    self == .undecodable ? CloseCode.protocolError : CloseCode.policyViolation
  }

  /// The text of the close frame; clients look for these words.
  var reason: String {
    switch self {
    case .undecodable: "Invalid handshake"
    case .nameMissing: "Username required"
    case .nameInvalid(let rule): "Invalid username: \(rule)"
    case .notAllowed: "Username not allowed on this server"
    case .notAdmin: "Not an admin user"
    case .wrongKey: "Invalid admin key"
    case .lockedOut: "Too many wrong admin keys; try again later"
    case .nameTaken: "Username already taken - please choose a different username"
    case .banned: "You are banned from this server"
    }
  }
}
