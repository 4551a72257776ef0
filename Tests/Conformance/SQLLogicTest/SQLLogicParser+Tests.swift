// MARK: Statements and queries

extension SQLLogicParser {
  mutating func statement(
    _ header: Header
  ) throws(SQLLogicSyntaxError) -> SQLLogicRecord.Action {
    guard header.words.count == 2, ["ok", "error"].contains(header.words[1]) else {
      throw error(at: header.line, "write 'statement ok' or 'statement error'")
    }
    var lines: [Substring] = []
    while let line = lineOfRecord() {
      guard line == "----" else {
        lines.append(line)
        continue
      }
      guard header.words[1] == "error" else {
        throw error(at: header.line, "a statement has no results behind ----; write 'query'")
      }
      // The message that some runners expect: wording is no fact, and it is no part of the SQL.
      while lineOfRecord() != nil {}
    }
    return .statement(try text(of: lines, header), mustSucceed: header.words[1] == "ok")
  }

  mutating func query(_ header: Header) throws(SQLLogicSyntaxError) -> SQLLogicQuery {
    guard (2...4).contains(header.words.count) else {
      throw error(at: header.line, "write 'query', the column types, a sort mode and a label")
    }
    let types = try columnTypes(header)
    let sortMode = try sortMode(header)
    var lines: [Substring] = []
    var expected: [String] = []
    while let line = lineOfRecord() {
      if line == "----" {
        while let value = lineOfRecord() { expected.append(String(value)) }
      } else {
        lines.append(line)
      }
    }
    return SQLLogicQuery(
      sql: try text(of: lines, header), types: types, sortMode: sortMode,
      label: header.words.count == 4 ? header.words[3] : nil,
      expectation: Self.hash(in: expected) ?? .values(expected))
  }

  private func columnTypes(
    _ header: Header
  ) throws(SQLLogicSyntaxError) -> [SQLLogicQuery.ColumnType] {
    var types: [SQLLogicQuery.ColumnType] = []
    for letter in header.words[1] {
      guard let type = SQLLogicQuery.ColumnType(rawValue: letter) else {
        throw error(at: header.line, "unknown column type '\(letter)'; known are T, I and R")
      }
      types.append(type)
    }
    return types
  }

  private func sortMode(_ header: Header) throws(SQLLogicSyntaxError) -> SQLLogicQuery.SortMode {
    guard header.words.count > 2 else { return .nosort }
    guard let mode = SQLLogicQuery.SortMode(rawValue: header.words[2]) else {
      let known = SQLLogicQuery.SortMode.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(at: header.line, "unknown sort mode '\(header.words[2])'; known are \(known)")
    }
    return mode
  }

  private func text(
    of lines: [Substring], _ header: Header
  ) throws(SQLLogicSyntaxError) -> String {
    guard !lines.isEmpty else {
      throw error(at: header.line, "the \(header.words[0]) has no text; it begins on the next line")
    }
    return lines.joined(separator: "\n")
  }

  /// What `30 values hashing to 3c13dee48d9356ae19af2515e05e6b54` says.
  private static func hash(in expected: [String]) -> SQLLogicQuery.Expectation? {
    guard expected.count == 1 else { return nil }
    let words = expected[0].split(separator: " ")
    guard words.count == 5, words[1...3].joined(separator: " ") == "values hashing to",
      let count = Int(words[0]), words[4].count == 32, words[4].allSatisfy(\.isHexDigit)
    else { return nil }
    return .hash(valueCount: count, digest: words[4].lowercased())
  }
}
