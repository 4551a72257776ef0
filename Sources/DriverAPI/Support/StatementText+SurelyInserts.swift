extension StatementText {
  /// Whether rows that the statement counted are new ones: a plain insert of values. [EXEC-7]
  ///
  /// After any other insert the session may still know the id of an earlier one, of another table
  /// even. Strings and names are looked at too: the answer may only be too careful.
  var surelyInserts: Bool {
    guard leadingKeyword == "INSERT" else { return false }
    let words = text.utf8.split { !$0.isWordByte }
    return !words.contains { word in
      Self.wordsOfDoubt.contains { $0.matches(word) }
    }
  }

  private static let wordsOfDoubt: [StaticString] = [
    "CONFLICT", "DUPLICATE", "IGNORE", "REPLACE", "SELECT", "UPDATE",
  ]
}

extension UInt8 {
  fileprivate var isWordByte: Bool {
    switch self {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension StaticString {
  /// Whether a word is this one, in any case; this one is in capitals.
  fileprivate func matches(_ word: Substring.UTF8View) -> Bool {
    let letters = UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    return word.count == letters.count && zip(word, letters).allSatisfy { $0 & 0xDF == $1 }
  }
}
