/// Why a message from a client could not be decoded: what is wrong, and where.
struct WireError: Error, Equatable, CustomStringConvertible {
  /// What was wrong with the bytes.
  enum Problem: Equatable {
    /// The message ended before its JSON value did.
    case unexpectedEnd
    /// Something stood where the JSON grammar allows only `expected`.
    case syntax(expected: String)
    /// A known key held a JSON value of the wrong type.
    case wrongType(expected: String)
    /// An integer key held a fraction, an exponent or a number beyond 64 bits.
    case notAnInteger
    /// A time was not RFC 3339, or lies outside the years 0 to 9999.
    case notATime
    /// The payload of a file was not base64 of the standard alphabet with padding.
    case notBase64
    /// Arrays and objects were nested deeper than the decoder follows.
    case tooDeep(maxDepth: Int)
  }

  /// What was wrong.
  var problem: Problem
  /// The known key whose value was being read, if one was.
  var key: String?
  /// Where the reader stood, in bytes from the start of the message.
  var offset: Int

  var description: String {
    let place = key.map { "\"\($0)\" at byte \(offset)" } ?? "byte \(offset)"
    return switch problem {
    case .unexpectedEnd: "the message ends too early (\(place))"
    case .syntax(let expected): "\(expected) expected (\(place))"
    case .wrongType(let expected): "the value must be \(expected) (\(place))"
    case .notAnInteger: "the value must be a whole number of 64 bits (\(place))"
    case .notATime: "the value must be an RFC 3339 time (\(place))"
    case .notBase64: "the value must be base64 (\(place))"
    case .tooDeep(let maxDepth): "nested deeper than \(maxDepth) levels (\(place))"
    }
  }
}
