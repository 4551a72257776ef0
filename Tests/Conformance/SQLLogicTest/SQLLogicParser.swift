/// Reads the records of a script, line by line.
struct SQLLogicParser {
  let name: String
  private let lines: [Substring]
  /// The index of the line to be read next.
  private var next = 0

  init(_ text: String, name: String) {
    self.name = name
    // An editor's byte order mark is no part of the first word.
    let body = text.hasPrefix("\u{feff}") ? text.dropFirst() : text[...]
    lines = Self.lines(of: body)
  }

  mutating func records() throws(SQLLogicSyntaxError) -> [SQLLogicRecord] {
    var records: [SQLLogicRecord] = []
    while let record = try record() { records.append(record) }
    guard !records.isEmpty else { throw error(at: lines.count, "the script has no records") }
    return records
  }

  private mutating func record() throws(SQLLogicSyntaxError) -> SQLLogicRecord? {
    while next < lines.count, lines[next].isEmpty || isComment(lines[next]) { next += 1 }
    guard next < lines.count else { return nil }
    var conditions: [SQLLogicRecord.Condition] = []
    let first = next + 1
    while let header = header() {
      if let condition = try condition(header) {
        conditions.append(condition)
      } else {
        return SQLLogicRecord(
          line: header.line, conditions: conditions, action: try action(header))
      }
    }
    throw error(at: first, "a condition stands alone; the record must follow on the next line")
  }

  /// The words of the next line that is no comment; nil at a blank line or the end.
  private mutating func header() -> Header? {
    while next < lines.count, isComment(lines[next]) { next += 1 }
    guard next < lines.count, !lines[next].isEmpty else { return nil }
    next += 1
    let words = lines[next - 1].split { $0 == " " || $0 == "\t" }.map(String.init)
    // What follows a # is a remark, as in `skipif mysql # no such function`.
    return Header(line: next, words: Array(words.prefix { !$0.hasPrefix("#") }))
  }

  private func condition(
    _ header: Header
  ) throws(SQLLogicSyntaxError) -> SQLLogicRecord.Condition? {
    guard let word = header.words.first, word == "skipif" || word == "onlyif" else { return nil }
    guard header.words.count == 2 else {
      throw error(at: header.line, "\(word) takes the name of one engine, as in \(word) sqlite")
    }
    return word == "skipif" ? .skipIf(header.words[1]) : .onlyIf(header.words[1])
  }

  private mutating func action(
    _ header: Header
  ) throws(SQLLogicSyntaxError) -> SQLLogicRecord.Action {
    switch header.words.first {
    case "statement": return try statement(header)
    case "query": return .query(try query(header))
    case "hash-threshold":
      guard header.words.count == 2, let threshold = Int(header.words[1]), threshold >= 0 else {
        throw error(at: header.line, "hash-threshold takes one number, 0 or more")
      }
      return .hashThreshold(threshold)
    case "halt":
      guard header.words.count == 1 else { throw error(at: header.line, "halt takes nothing") }
      return .halt
    default:
      throw error(
        at: header.line,
        "unknown record '\(header.words.first ?? "")'; known are statement, query, halt, "
          + "hash-threshold, skipif and onlyif")
    }
  }

  // MARK: Lines

  struct Header {
    let line: Int
    let words: [String]
  }

  /// The next line, unless a record ends here.
  mutating func lineOfRecord() -> Substring? {
    guard next < lines.count, !lines[next].isEmpty else { return nil }
    next += 1
    return lines[next - 1]
  }

  func error(at line: Int, _ message: String) -> SQLLogicSyntaxError {
    SQLLogicSyntaxError(script: name, line: max(1, line), message: message)
  }

  private func isComment(_ line: Substring) -> Bool { line.utf8.first == UInt8(ascii: "#") }

  /// The lines without what ends them and without blanks at their end, as the format's own runner
  /// reads them.
  private static func lines(of text: Substring) -> [Substring] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      let end = line.lastIndex { $0 > 0x20 }.map(line.index(after:)) ?? line.startIndex
      return Substring(line[..<end])
    }
  }
}
