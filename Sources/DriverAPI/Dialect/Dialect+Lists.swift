extension Dialect {
  /// Refuses an `IN (…)` of more parameters than the engine takes there. [BIND-3]
  ///
  /// Parameters with nothing but a comma and blanks between them are one list. Only texts that have more
  /// parameters than a list may have are looked at.
  func checkLists(_ findings: LexerFindings, of sql: String) throws(DatabaseError) {
    guard let maxListCount, findings.questionMarkCount > maxListCount else { return }
    let bytes = sql.utf8.span
    var (count, longest, end) = (0, 0, 0)
    for mark in findings.marks where mark.kind == .parameter {
      if count > 0, Self.isComma(bytes, end..<mark.offset) {
        count += 1
      } else {
        count = Self.startsList(bytes, before: mark.offset) ? 1 : 0
      }
      end = mark.offset + 1
      longest = max(longest, count)
    }
    guard longest > maxListCount else { return }
    throw .misuse(
      "the statement has \(longest) values in one IN (…) and \(name) takes at most \(maxListCount); "
        + "use several lists with OR between them, or several statements")
  }

  private static func isComma(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var commaCount = 0
    for index in range {
      if bytes[index] == UInt8(ascii: ",") {
        commaCount += 1
      } else if bytes[index] > UInt8(ascii: " ") {
        return false
      }
    }
    return commaCount == 1
  }

  /// Whether `IN (` stands before an offset, the word by itself.
  private static func startsList(_ bytes: Span<UInt8>, before offset: Int) -> Bool {
    let open = lastByte(bytes, before: offset)
    guard open >= 0, bytes[open] == UInt8(ascii: "(") else { return false }
    let index = lastByte(bytes, before: open)
    guard index >= 1, bytes[index] | 0x20 == UInt8(ascii: "n"),
      bytes[index - 1] | 0x20 == UInt8(ascii: "i")
    else { return false }
    return index == 1 || !SQLByte.isWord(bytes[index - 2])
  }

  /// The last byte before an offset that is no blank; below zero if there is none.
  private static func lastByte(_ bytes: Span<UInt8>, before offset: Int) -> Int {
    var index = offset - 1
    while index >= 0, bytes[index] <= UInt8(ascii: " ") { index -= 1 }
    return index
  }
}
