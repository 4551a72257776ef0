/// Reads the text of a `.env` file.
///
/// The grammar is that of the reference server: comments, `export`, `=` or `:`, bare, single- and
/// double-quoted values, quoted values over several lines, and `$NAME` for values defined earlier
/// in the same file.
struct DotEnv {
  /// What is wrong in the file, where, and what helps.
  struct SyntaxError: Error, Equatable, CustomStringConvertible {
    /// Counted from 1.
    var line: Int
    var message: String
    var description: String { "line \(line): \(message)" }
  }

  private let text: [Character]
  private var position = 0
  private var line = 1
  private var values: [String: String] = [:]

  private init(_ text: String) {
    self.text = Array(text)
  }

  /// The variables that `text` defines; of duplicates the last one counts.
  static func parse(_ text: String) throws(SyntaxError) -> [String: String] {
    // A byte order mark is no part of the first name, and every kind of line break is one.
    let plain = text.hasPrefix("\u{FEFF}") ? String(text.unicodeScalars.dropFirst()) : text
    var parser = DotEnv(String(plain.map { $0 == "\r\n" ? "\n" : $0 }))
    try parser.parseStatements()
    return parser.values
  }

  private mutating func parseStatements() throws(SyntaxError) {
    while true {
      skip { $0.isWhitespace }
      guard let next = peek else { return }
      if next == "#" {
        skip { $0 != "\n" }
      } else {
        let name = try parseName()
        values[name] = try parseValue()
      }
    }
  }

  // MARK: Names

  private mutating func parseName() throws(SyntaxError) -> String {
    let statement = line
    var name = take { $0 != "=" && $0 != ":" && $0 != "\n" }
    guard peek == "=" || peek == ":" else {
      throw SyntaxError(
        line: statement, message: "'=' is missing; write NAME=value or begin the line with '#'")
    }
    advance()
    if name.hasPrefix("export"), name.dropFirst(6).first?.isWhitespace == true {
      name = String(name.dropFirst(6))
    }
    name = Self.trimmed(name)
    guard !name.isEmpty else {
      throw SyntaxError(line: statement, message: "the name before '=' is missing")
    }
    let isAllowed = { (character: Character) in
      character.isLetter || character.isNumber || character == "_" || character == "."
    }
    guard let wrong = name.first(where: { !isAllowed($0) }) else { return name }
    throw SyntaxError(
      line: statement,
      message: "the name \"\(name)\" contains '\(wrong)'; use letters, digits, '_' and '.'")
  }

  // MARK: Values

  private mutating func parseValue() throws(SyntaxError) -> String {
    skip { $0.isWhitespace && $0 != "\n" }
    switch peek {
    case "'": return try parseQuoted("'")
    case "\"": return expand(Self.replacingEscapes(try parseQuoted("\"")))
    default: return expand(parseBare())
    }
  }

  private mutating func parseBare() -> String {
    var value = ""
    // The blanks before the value are skipped already, and a comment may follow them at once.
    var isAfterBlank = position > 0 && text[position - 1].isWhitespace
    while let next = peek, next != "\n" {
      if next == "#", isAfterBlank {
        skip { $0 != "\n" }
        break
      }
      isAfterBlank = next.isWhitespace
      value.append(next)
      advance()
    }
    return Self.trimmed(value)
  }

  private mutating func parseQuoted(_ quote: Character) throws(SyntaxError) -> String {
    let start = line
    advance()
    var value = ""
    while let next = peek, next != quote || value.last == "\\" {
      value.append(next)
      advance()
    }
    guard peek == quote else {
      throw SyntaxError(
        line: start, message: "the value has no closing quote; end it with \(quote)")
    }
    advance()
    skip { $0.isWhitespace && $0 != "\n" }
    if peek == "#" { skip { $0 != "\n" } }
    guard peek == nil || peek == "\n" else {
      throw SyntaxError(
        line: line, message: "text behind the closing quote; escape quotes inside as \\\(quote)")
    }
    return value
  }

  /// `\n` and `\r` become line breaks; other pairs lose the backslash, except `\$`, which the
  /// expansion still has to see.
  private static func replacingEscapes(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let next = rest.popFirst() {
      guard next == "\\", let escaped = rest.popFirst() else {
        result.append(next)
        continue
      }
      switch escaped {
      case "n": result.append("\n")
      case "r": result.append("\r")
      case "$": result += "\\$"
      default: result.append(escaped)
      }
    }
    return result
  }

  /// Replaces `$NAME` and `${NAME}`; a name that was not defined before becomes empty.
  private func expand(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let next = rest.popFirst() {
      if next == "\\", rest.first == "$" {
        rest.removeFirst()
        result.append("$")
      } else if next == "$", let (name, behind) = Self.reference(rest) {
        result += values[name] ?? ""
        rest = behind
      } else {
        result.append(next)
      }
    }
    return result
  }

  /// The name behind a `$` and the text behind that; an opening bracket and a closing brace are
  /// passed over.
  private static func reference(_ text: Substring) -> (name: String, behind: Substring)? {
    var rest = text
    if rest.first == "(" { rest.removeFirst() }
    if rest.first == "{" { rest.removeFirst() }
    let name = rest.prefix { $0.isASCII && ($0.isUppercase || $0.isNumber || $0 == "_") }
    guard !name.isEmpty else { return nil }
    rest = rest[name.endIndex...]
    if rest.first == "}" { rest.removeFirst() }
    return (String(name), rest)
  }
}

// MARK: - Characters

extension DotEnv {
  private var peek: Character? { position < text.count ? text[position] : nil }

  private mutating func advance() {
    if text[position] == "\n" { line += 1 }
    position += 1
  }

  private mutating func skip(while condition: (Character) -> Bool) {
    while let next = peek, condition(next) { advance() }
  }

  private mutating func take(while condition: (Character) -> Bool) -> String {
    let start = position
    skip(while: condition)
    return String(text[start..<position])
  }

  private static func trimmed(_ text: String) -> String { ListValue.trimmed(text) }
}
