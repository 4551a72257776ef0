import FoundationEssentials

/// The table in the target that says how far a copy has come.
///
/// A portion of rows and the mark behind its last row are committed together, so that a copy which was
/// killed goes on exactly there.
struct CopyMarks: Sendable {
  /// How far one table has come.
  struct Mark: Sendable {
    var table: String
    /// Which database the rows came from, and what was found of the columns.
    var source: String
    var layout: String
    var rowCount: Int
    /// The source's key of the last row that is stored.
    var position: [Value]?
    var isDone: Bool
  }

  let name: String

  /// All marks; none if no copy has begun.
  func read(_ target: some StatementExecutor) async throws(DatabaseError) -> [Mark] {
    guard try await target.tableNames().containsBytes(of: name) else { return [] }
    let rows = try await target.query(
      """
      SELECT table_name, source, layout, copied_rows, last_key, is_done \
      FROM \(raw: target.dialect.quoted(name))
      """, as: (String, String, String, Int, String?, Int).self
    ).collect()
    var marks: [Mark] = []
    for (table, source, layout, rowCount, position, isDone) in rows {
      marks.append(
        Mark(
          table: table, source: source, layout: layout, rowCount: rowCount,
          position: try position.map { text throws(DatabaseError) in try CopyKeyText.values(text) },
          isDone: isDone == 1))
    }
    return marks
  }

  /// Makes the table and a mark for each table that is to be copied.
  func begin(_ marks: [Mark], _ target: Database) async throws {
    let dialect = target.dialect
    let (text, int) = (dialect.typeName(.text), dialect.typeName(.int))
    if try await !target.tableNames().containsBytes(of: name) {
      try await target.exec(
        """
        CREATE TABLE \(raw: dialect.quoted(name)) (
          table_name \(raw: dialect.typeName(.key(maxLength: 191))) NOT NULL PRIMARY KEY,
          source \(raw: text), layout \(raw: text), copied_rows \(raw: int) NOT NULL,
          last_key \(raw: text), is_done \(raw: int) NOT NULL
        )
        """)
    }
    // Of two that begin at the same moment one finds its rows there already.
    try await target.transaction { transaction in
      try await transaction.bulkInsert(
        into: name,
        columns: ["table_name", "source", "layout", "copied_rows", "last_key", "is_done"],
        marks.map {
          [.text($0.table), .text($0.source), .text($0.layout), .int(0), .null, .int(0)]
        }
      )
    }
  }

  /// Moves a mark, which waits for another copy that is about to do the same.
  ///
  /// - Parameter rowCount: how many rows there were before.
  /// - Throws: `misuse` if somebody else has moved it.
  func move(
    _ table: CopyTable, from rowCount: Int,
    to mark: (rowCount: Int, position: [Value]?, isDone: Bool),
    in transaction: Transaction
  ) async throws(DatabaseError) {
    let position = mark.position.map(CopyKeyText.text)
    // Not where it moves nothing: engines differ in whether they count such a row.
    if rowCount == mark.rowCount, !mark.isDone { return }
    let result = try await transaction.exec(
      """
      UPDATE \(raw: transaction.dialect.quoted(name)) SET copied_rows = \(mark.rowCount), \
      last_key = \(position), is_done = \(mark.isDone ? 1 : 0) \
      WHERE table_name = \(table.source) AND copied_rows = \(rowCount) AND is_done = 0
      """)
    guard result.rowCount == 1 else {
      throw .misuse(
        "another copy into the same database is at work, or its table \(name) was changed; stop one"
      )
    }
  }

  /// Takes the table away.
  func end(_ target: Database) async throws(DatabaseError) {
    try await target.exec("DROP TABLE \(raw: target.dialect.quoted(name))")
  }
}

/// The key of a row as text, from which the very same values are read again.
enum CopyKeyText {
  static func text(_ key: [Value]) -> String {
    key.map(text).joined(separator: " ")
  }

  /// - Throws: `invalidValue` for what ``text(_:)-([Value])`` has not written.
  static func values(_ text: String) throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    for word in text.pieces(between: { $0 == UInt8(ascii: " ") }) {
      guard let value = value(word) else {
        throw DatabaseError(.invalidValue, "the mark of a copy cannot be read; begin the copy anew")
      }
      values.append(value)
    }
    return values
  }

  private static func text(_ value: Value) -> String {
    switch value {
    case .null: "-"
    case .bool(let truth): truth ? "f1" : "f0"
    case .int(let number): "i\(number)"
    case .uint(let number): "u\(number)"
    case .double(let number): "d\(number.bitPattern)"
    case .text(let text): "t" + hexadecimal(text.utf8)
    case .json(let text): "j" + hexadecimal(text.utf8)
    case .bytes(let bytes): "b" + hexadecimal(bytes)
    case .uuid(let uuid): "g\(uuid.uuidString)"
    case .timestamp(let moment): "m\(moment.microseconds)"
    case .date(let date): "c\(date.daysSince1970)"
    case .decimal(let decimal): "n\(decimal)"
    }
  }

  private static func value(_ word: String) -> Value? {
    let rest = String(word.dropFirst())
    return switch word.first {
    case "-" where rest.isEmpty: .null
    case "f" where rest == "0" || rest == "1": .bool(rest == "1")
    case "i": Int64(rest).map { .int($0) }
    case "u": UInt64(rest).map { .uint($0) }
    case "d": UInt64(rest).map { .double(Double(bitPattern: $0)) }
    case "t": bytes(rest).map { .text(String(decoding: $0, as: UTF8.self)) }
    case "j": bytes(rest).map { .json(String(decoding: $0, as: UTF8.self)) }
    case "b": bytes(rest).map { .bytes($0) }
    case "g": UUID(uuidString: rest).map { .uuid($0) }
    case "m": Int64(rest).flatMap(Timestamp.init(microseconds:)).map { .timestamp($0) }
    case "c": Int64(rest).flatMap(CalendarDate.init(daysSince1970:)).map { .date($0) }
    case "n": ExactDecimal(rest).map { .decimal($0) }
    default: nil
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    let digits = text.utf8.compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
    guard digits.count == text.utf8.count, digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
  }
}
