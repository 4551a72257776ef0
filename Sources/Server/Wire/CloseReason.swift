/// The codes of close frames that the server sends.
enum CloseCode {
  /// The client broke the protocol, or its handshake could not be decoded.
  static let protocolError: UInt16 = 1002
  /// Data that does not fit its type, such as text that is no UTF-8.
  static let invalidPayload: UInt16 = 1007
  /// The server refuses or removes the client; the reason says why.
  static let policyViolation: UInt16 = 1008
  /// A message was longer than the server takes.
  static let messageTooBig: UInt16 = 1009
  /// The server failed; the client may try again.
  static let internalError: UInt16 = 1011
  /// There is no room now; the client may try again later.
  static let tryAgainLater: UInt16 = 1013
  /// The server stops; clients connect again. Never 1000, after which they would not.
  static let serviceRestart: UInt16 = 1012
}

/// The text inside a close frame.
enum CloseReason {
  /// The longest reason that clients of this protocol are sent, in bytes of UTF-8.
  static let maxByteCount = 121

  /// The longest beginning of `reason` that fits, never cutting a character's bytes apart.
  static func cut(_ reason: String) -> String {
    guard reason.utf8.count > maxByteCount else { return reason }
    var end = reason.utf8.index(reason.utf8.startIndex, offsetBy: maxByteCount)
    while end > reason.startIndex, end.samePosition(in: reason.unicodeScalars) == nil {
      end = reason.utf8.index(before: end)
    }
    return String(reason[..<end])
  }
}
