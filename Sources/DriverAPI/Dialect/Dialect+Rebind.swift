extension Dialect {
  /// Reads a text and puts the engine's placeholders in the place of `?`. [REBIND-1]
  ///
  /// `?` outside quotes and comments is a parameter, `??` a question mark of the text. [REBIND-2] A
  /// text that has the engine's own placeholders already passes unchanged, so that rebinding twice
  /// changes nothing. [REBIND-3]
  ///
  /// - Throws: `misuse` for a quote or comment without an end, with its position [REBIND-4]; for a
  ///   mixture of `?` and the engine's own placeholders; for `??` where the engine has no operator
  ///   with a question mark.
  public func rebind(_ sql: String) throws(DatabaseError) -> StatementText {
    let lexer = try SQLLexer(sql, lexical)
    try check(lexer)
    return StatementText(
      original: sql, text: rewritten(sql, lexer), parameterCount: parameterCount(lexer),
      statements: lexer.statements)
  }

  /// The statements of a script, in order, without the semicolons between them.
  ///
  /// - Throws: `misuse` for a quote or comment without an end.
  public func statements(in script: String) throws(DatabaseError) -> [String] {
    let lexer = try SQLLexer(script, lexical)
    let bytes = Array(script.utf8)
    return lexer.statements.map { String(decoding: bytes[$0.range], as: UTF8.self) }
  }

  /// An identifier in quotes, as the engine writes them.
  ///
  /// - Throws: `misuse` for an empty name, or one with NUL in it.
  public func quoted(_ identifier: String) throws(DatabaseError) -> String {
    if identifier.isEmpty || identifier.utf8.contains(0) {
      throw .misuse("an identifier must have characters and no NUL among them")
    }
    let quote = String(identifierQuote)
    return quote + identifier.replacing(quote, with: quote + quote) + quote
  }

  /// A table's name in quotes, each part of `schema.table` for itself.
  ///
  /// - Throws: as ``quoted(_:)``.
  public func quoted(table: String) throws(DatabaseError) -> String {
    var parts: [String] = []
    for part in table.split(separator: ".", omittingEmptySubsequences: false) {
      parts.append(try quoted(String(part)))
    }
    return parts.joined(separator: ".")
  }

  private func check(_ lexer: SQLLexer) throws(DatabaseError) {
    let hasNative = lexer.highestNumber > 0 || !lexer.names.isEmpty
    if hasNative, !lexer.placeholders.isEmpty || !lexer.doubled.isEmpty {
      throw .misuse("the statement mixes ? with the engine's own placeholders; use one of them")
    }
    if lexer.highestNumber > 0, !lexer.names.isEmpty {
      throw .misuse("the statement mixes numbered and named parameters; use one of them")
    }
    if placeholders == .questionMark, let doubled = lexer.doubled.first {
      throw DatabaseError(
        .misuse, "?? stands for an operator with a question mark, which \(name) does not have",
        execution: .notSent, details: .init(position: doubled + 1))
    }
    let count = parameterCount(lexer)
    guard count <= maxParameters else {
      throw .misuse(
        "the statement has \(count) parameters and \(name) takes at most \(maxParameters)")
    }
  }

  private func parameterCount(_ lexer: SQLLexer) -> Int {
    lexer.placeholders.count + lexer.highestNumber + lexer.names.count
  }

  private func rewritten(_ sql: String, _ lexer: SQLLexer) -> String {
    guard placeholders == .dollarNumber, !lexer.placeholders.isEmpty || !lexer.doubled.isEmpty
    else { return sql }
    let bytes = Array(sql.utf8)
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count + 2 * lexer.placeholders.count)
    var copied = 0
    var number = 0
    var doubled = lexer.doubled[...]
    for placeholder in lexer.placeholders + [bytes.count] {
      while let next = doubled.first, next < placeholder {
        output += bytes[copied...next]
        copied = next + 2
        doubled.removeFirst()
      }
      output += bytes[copied..<placeholder]
      guard placeholder < bytes.count else { break }
      number += 1
      output += Array("$\(number)".utf8)
      copied = placeholder + 1
    }
    return String(decoding: output, as: UTF8.self)
  }
}
