/// A user's name: as it is shown, and as it is compared.
struct UserName: Sendable, Hashable {
  /// The letters as the user typed them, without blanks around them.
  let display: String
  /// The same in lower case; two users with one key are one user.
  let key: String

  /// The name behind `text`, which is trimmed. Rules are not checked here.
  init(_ text: String) {
    display = text.trimmed
    key = display.folded
  }

  /// A name from storage whose key was stored beside it.
  init(display: String, key: String) {
    self.display = display
    self.key = key
  }

  /// The sender that clients take for the server itself. No user may have it, in any letter case.
  static let system = UserName("System")
}

extension String {
  /// In lower case, for ASCII letters; names and channels have no others.
  var folded: String {
    guard utf8.contains(where: { $0 >= 0x41 && $0 <= 0x5A }) else { return self }
    return String(
      decoding: utf8.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Without the white space at both ends.
  var trimmed: String {
    let isSpace = { (character: Character) in character.isWhitespace }
    guard let first = firstIndex(where: { !isSpace($0) }),
      let last = lastIndex(where: { !isSpace($0) })
    else { return "" }
    return first == startIndex && index(after: last) == endIndex ? self : String(self[first...last])
  }

  /// Whether there is nothing but Unicode white space.
  var isBlank: Bool { unicodeScalars.allSatisfy { $0.properties.isWhitespace } }
}
