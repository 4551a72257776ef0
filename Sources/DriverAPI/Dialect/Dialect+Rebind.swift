extension Dialect {
  /// Reads a statement and puts the engine's placeholders in the place of `?`. [REBIND-1]
  ///
  /// `?` outside quotes and comments is a parameter, `??` a question mark of the text. [REBIND-2] A
  /// text that has the engine's own placeholders already passes unchanged, so that rebinding twice
  /// changes nothing. [REBIND-3] Where nothing needs to be changed, the text is not copied.
  ///
  /// How many statements the text holds is not judged here but told: the core refuses to run any
  /// other number than one. [EXEC-3]
  ///
  /// - Throws: `misuse` for a quote or comment without an end, with its position [REBIND-4]; for a
  ///   mixture of `?` and the engine's own placeholders; for `??` where the engine has no operator
  ///   with a question mark; for more parameters than the engine takes, in the statement or in one
  ///   `IN (…)`, or a longer text [BIND-3].
  public func rebind(_ sql: String) throws(DatabaseError) -> StatementText {
    let written = writingEmptyLists(sql)
    let findings = try SQLLexer.findings(in: written, lexical)
    try check(findings, of: written)
    let text = rewritten(withoutComments(written, findings.comments), findings.marks)
    if let limit = maxStatementBytes, text.utf8.count > limit {
      throw .misuse(
        "the statement has \(text.utf8.count) bytes and \(name) takes at most \(limit)")
    }
    return StatementText(
      original: sql, text: text, parameterCount: findings.parameterCount,
      statements: findings.statements,
      setsOutTransaction: transactions.begin.isSettingOut && text.isSettingOut)
  }

  /// The statements of a script, in order, without the semicolons and comments between them.
  ///
  /// The body of a trigger or routine is a part of its statement. A parameter makes no sense in a
  /// script, and `?` is left as it stands.
  ///
  /// - Throws: `misuse` for a quote or comment without an end, and for `DELIMITER`, a command of the
  ///   mysql client that no server knows.
  public func statements(in script: String) throws(DatabaseError) -> [String] {
    let findings = try SQLLexer.findings(in: script, lexical)
    if findings.statements.contains(where: { $0.words.leadingKeyword == "DELIMITER" }) {
      throw .misuse(
        "DELIMITER is a command of the mysql client; leave it out, the ends of bodies are found")
    }
    let utf8 = script.utf8
    return findings.statements.map { statement in
      let start = utf8.index(utf8.startIndex, offsetBy: statement.range.lowerBound)
      let end = utf8.index(utf8.startIndex, offsetBy: statement.range.upperBound)
      return String(script[start..<end])
    }
  }

  private func check(_ findings: LexerFindings, of sql: String) throws(DatabaseError) {
    if let native = findings.firstNative, let mark = findings.marks.first {
      throw misuse(
        "the statement mixes ? with the engine's own placeholders; use one of them",
        at: max(native, mark.offset), in: sql)
    }
    if findings.highestNumber > 0, !findings.names.isEmpty {
      throw .misuse("the statement mixes numbered and named parameters; use one of them")
    }
    let doubled = findings.marks.first { $0.kind == .doubled }
    if placeholders == .questionMark, let mark = doubled {
      throw misuse(
        "?? stands for an operator with a question mark, which \(name) does not have",
        at: mark.offset, in: sql)
    }
    guard findings.parameterCount <= maxParameters else {
      throw .misuse(
        "the statement has \(findings.parameterCount) parameters and \(name) takes at most "
          + "\(maxParameters)")
    }
    try checkLists(findings, of: sql)
  }

  private func misuse(_ message: String, at offset: Int, in sql: String) -> DatabaseError {
    let utf8 = sql.utf8
    let index = utf8.index(utf8.startIndex, offsetBy: offset)
    let position = sql.unicodeScalars.distance(from: sql.startIndex, to: index) + 1
    return DatabaseError(.misuse, message, execution: .notSent, details: .init(position: position))
  }

  // Blanks in their place, so that every position stays what it was.
  private func withoutComments(_ sql: String, _ comments: [Range<Int>]) -> String {
    guard dropsComments, !comments.isEmpty else { return sql }
    var bytes = Array(sql.utf8)
    for index in comments.joined() where bytes[index] != UInt8(ascii: "\n") {
      bytes[index] = UInt8(ascii: " ")
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func rewritten(_ sql: String, _ marks: [LexerFindings.Mark]) -> String {
    let prefix: String
    switch placeholders {
    case .questionMark: return sql
    case .dollarNumber: prefix = "$"
    case .numbered(let own): prefix = own
    }
    guard !marks.isEmpty else { return sql }
    var output: [UInt8] = []
    output.reserveCapacity(sql.utf8.count + 3 * marks.count)
    let bytes = sql.utf8.span
    var copied = 0
    var number = 0
    for mark in marks {
      for index in copied..<mark.offset { output.append(bytes[index]) }
      switch mark.kind {
      case .doubled:
        output.append(UInt8(ascii: "?"))
        copied = mark.offset + 2
      case .parameter:
        number += 1
        copied = mark.offset + 1
        // A name and $1 side by side would be one word, a number behind it another parameter.
        if let last = output.last, SQLByte.isWord(last) { output.append(UInt8(ascii: " ")) }
        output += "\(prefix)\(number)".utf8
        if copied < bytes.count, SQLByte.isWord(bytes[copied]) { output.append(UInt8(ascii: " ")) }
      }
    }
    for index in copied..<bytes.count { output.append(bytes[index]) }
    return String(decoding: output, as: UTF8.self)
  }
}

extension String {
  /// Whether the words of Firebird and Oracle that begin a transaction stand at its start.
  fileprivate var isSettingOut: Bool {
    let words = "SET TRANSACTION"
    return utf8.count >= words.utf8.count
      && zip(utf8, words.utf8).allSatisfy { $0 == $1 || $0 ^ 0x20 == $1 }
  }
}
