import CSQLite
import DriverAPI

/// Tells a missing table, column or function from a mistake in the grammar.
///
/// SQLite has one code for both. Its message says which, but wording is not a fact; so the schema is
/// asked, and SQLite itself: a name that is the only obstacle, because the statement prepares with
/// NULL in its place, is a name that does not exist.
struct SQLiteDiagnosis {
  let connection: SQLiteConnection
  let sql: String

  struct Finding {
    var kind: DatabaseError.Kind
    var message: String
    var details = DatabaseError.Details(nativeCode: Int(SQLITE_ERROR))
  }

  /// What is wrong with the statement, given the byte offset SQLite told, or -1.
  func finding(at offset: Int) -> Finding {
    do {
      return try offset >= 0 ? pointed(at: offset) : missingObject() ?? missingColumn() ?? refused
    } catch {
      return refused
    }
  }

  private var refused: Finding {
    Finding(kind: .syntax, message: "SQLite refused the statement")
  }

  private func pointed(at offset: Int) throws(DatabaseError) -> Finding {
    let bytes = Array(sql.utf8)
    let position = String(decoding: bytes.prefix(offset), as: UTF8.self).count + 1
    var finding = Finding(kind: .syntax, message: "SQLite cannot parse the statement here")
    finding.details.position = position
    guard let name = name(in: bytes, at: offset) else { return finding }
    let rest = bytes[name.range.upperBound...].drop { $0 == UInt8(ascii: " ") }
    if rest.first == UInt8(ascii: "(") {
      // CREATE TABLE x (…) points at x, too.
      if words().first?.uppercased() == "CREATE", try connection.hasObject(named: name.text) {
        finding.kind = .other
        finding.message = "\(name.text) exists already"
        finding.details.table = name.text
        return finding
      }
      guard try !connection.hasFunction(name.text) else { return finding }
      return missing("function \(name.text)", &finding)
    }
    var probe = bytes
    probe.replaceSubrange(name.range, with: Array("NULL".utf8))
    guard prepares(String(decoding: probe, as: UTF8.self)) else { return finding }
    finding.details.column = name.text
    return missing("column \(name.text)", &finding)
  }

  private func missing(_ what: String, _ finding: inout Finding) -> Finding {
    finding.kind = .undefinedObject
    finding.message = "\(what) does not exist"
    return finding
  }

  private func prepares(_ sql: String) -> Bool {
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    return sqlite3_prepare_v2(connection.handle, sql, -1, &statement, nil) == SQLITE_OK
  }

  /// Looks up every name that stands where a table, index, view or trigger is named.
  private func missingObject() throws(DatabaseError) -> Finding? {
    let introducers: Set = [
      "FROM", "JOIN", "INTO", "UPDATE", "TABLE", "INDEX", "VIEW", "TRIGGER", "ON", "REFERENCES",
    ]
    var words = words()
    // What a CREATE is to make need not be there.
    if words.first?.uppercased() == "CREATE" {
      words.removeSubrange(..<min(words.count, words[1...].first?.uppercased() == "UNIQUE" ? 3 : 2))
    }
    for (word, next) in zip(words, words.dropFirst()) where introducers.contains(word.uppercased())
    {
      let name = unquoted(next)
      if sqlite3_keyword_check(next, Int32(next.utf8.count)) != 0 { continue }
      if try connection.hasObject(named: name) { continue }
      var finding = Finding(kind: .undefinedObject, message: "\(name) does not exist")
      finding.details.table = name
      return finding
    }
    return nil
  }

  /// Without a syntax error, which always has a place, a word that is no keyword, no function and no
  /// name of the schema is the name of a column that does not exist.
  private func missingColumn() throws(DatabaseError) -> Finding? {
    if let finding = try addedTwice() { return finding }
    var tables: [String] = []
    for word in words() where try connection.hasObject(named: unquoted(word)) {
      tables.append(unquoted(word))
    }
    if tables.isEmpty { return nil }
    for word in words() {
      let name = unquoted(word)
      guard let first = name.utf8.first, isNameByte(first), !isDigit(first),
        sqlite3_keyword_check(name, Int32(name.utf8.count)) == 0,
        !tables.containsBytes(of: name), try !connection.hasFunction(name)
      else { continue }
      var isKnown = false
      for table in tables where try connection.hasColumns([name], in: table) { isKnown = true }
      if isKnown { continue }
      var finding = Finding(kind: .undefinedObject, message: "column \(name) does not exist")
      finding.details.column = name
      return finding
    }
    return nil
  }

  /// A column that ALTER TABLE is to add, and that is there already.
  private func addedTwice() throws(DatabaseError) -> Finding? {
    let words = words()
    guard words.count > 4, words[0].uppercased() == "ALTER", words[3].uppercased() == "ADD" else {
      return nil
    }
    let name = unquoted(words[words[4].uppercased() == "COLUMN" && words.count > 5 ? 5 : 4])
    guard try connection.hasColumns([name], in: unquoted(words[2])) else { return nil }
    var finding = Finding(kind: .other, message: "column \(name) exists already")
    finding.details.table = unquoted(words[2])
    return finding
  }

  /// The names and keywords outside of strings, without those that stand before a name and say nothing of it.
  /// Of a name with its schema the last part: main.users is users.
  private func words() -> [String] {
    let separators = Set(" \t\r\n(),;=<>+-*/|%?'".utf8)
    var words: [String] = []
    var word: [UInt8] = []
    var closing: UInt8?
    // The blank ends the last word.
    for byte in (sql + " ").utf8 {
      if let end = closing {
        if end != UInt8(ascii: "'") { word.append(byte) }
        if byte == end { closing = nil }
        continue
      }
      closing = byte == UInt8(ascii: "'") ? byte : Self.closing(byte)
      if separators.contains(byte) {
        if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
        word = []
      } else if byte == UInt8(ascii: ".") {
        word = []
      } else {
        word.append(byte)
      }
    }
    let noise: Set = ["IF", "EXISTS", "NOT", "OR", "REPLACE", "IGNORE", "TEMP", "TEMPORARY"]
    return words.filter { !noise.contains($0.uppercased()) }
  }

  /// What ends a name that begins with that byte, if it is a quote.
  private static func closing(_ byte: UInt8) -> UInt8? {
    zip("\"`[".utf8, "\"`]".utf8).first { $0.0 == byte }?.1
  }

  private func unquoted(_ word: String) -> String {
    guard let first = word.utf8.first, "\"`[".utf8.contains(first), word.utf8.count > 2 else {
      return word
    }
    return String(decoding: word.utf8.dropFirst().dropLast(), as: UTF8.self)
  }

  private func name(in bytes: [UInt8], at offset: Int) -> (text: String, range: Range<Int>)? {
    guard offset < bytes.count else { return nil }
    if let quoted = quotedName(in: bytes, at: offset) { return quoted }
    var end = offset
    while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
    let text = String(decoding: bytes[offset..<end], as: UTF8.self)
    guard end > offset, !isDigit(bytes[offset]),
      sqlite3_keyword_check(text, Int32(text.utf8.count)) == 0
    else { return nil }
    return (text, offset..<end)
  }

  private func quotedName(
    in bytes: [UInt8], at offset: Int
  ) -> (text: String, range: Range<Int>)? {
    guard let quote = Self.closing(bytes[offset]),
      let end = bytes[(offset + 1)...].firstIndex(of: quote), end > offset + 1,
      bytes[(end + 1)...].first != UInt8(ascii: ".")
    else { return nil }
    return (String(decoding: bytes[offset + 1..<end], as: UTF8.self), offset..<end + 1)
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "\"") || byte >= 0x80 || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a)
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
