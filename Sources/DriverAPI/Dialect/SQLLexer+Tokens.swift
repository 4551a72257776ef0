/// A word, a value or a sign of a statement, as the engine would read it.
package struct SQLToken: Sendable, Hashable {
  /// Where it stands, in bytes of UTF-8.
  package let range: Range<Int>
  /// A word in capitals; anything else as it stands, quotes included.
  package let text: String
}

extension Dialect {
  /// The tokens of a text, without the blanks and comments between them.
  ///
  /// For tools that change statements: what stands in quotes is one token and never taken for a word
  /// or a number.
  ///
  /// - Throws: `misuse` for a quote or comment without an end, and for a NUL.
  package func tokens(in sql: String) throws(DatabaseError) -> [SQLToken] {
    let bytes = sql.utf8.span
    var lexer = SQLLexer(bytes, lexical)
    try lexer.refuseNUL()
    var tokens: [SQLToken] = []
    while let range = try lexer.nextToken() {
      let text = bytes.extracting(range).withUnsafeBufferPointer {
        String(decoding: $0, as: UTF8.self)
      }
      let isWord = SQLByte.isWord(bytes[range.lowerBound]) && !text.utf8.contains(0x27)
      tokens.append(SQLToken(range: range, text: isWord ? text.uppercased() : text))
    }
    return tokens
  }
}

extension SQLLexer {
  /// Reads one token and says where it stands; nil at the end of the text.
  fileprivate mutating func nextToken() throws(DatabaseError) -> Range<Int>? {
    while position < bytes.count {
      let byte = bytes[position]
      if byte <= 0x20 {
        position += 1
      } else if try !skipComment(byte) {
        let first = position
        try readMeaningful(byte)
        return first..<position
      }
    }
    return nil
  }
}
