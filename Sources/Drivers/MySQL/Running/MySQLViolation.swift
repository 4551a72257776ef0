import DriverAPI

/// What a violated constraint is about. [ERR-2]
///
/// The protocol has no field for it. For these numbers the server's text has a fixed form in which
/// names stand in quotes, and the session's language is fixed too; what is read from it counts only if
/// the catalogue knows it for a table of the statement.
struct MySQLViolation {
  private enum Form {
    /// `Duplicate entry '…' for key 'name'`
    case uniqueKey
    /// `Column 'name' cannot be null`, `Field 'name' doesn't have a default value`
    case column
    /// ``CONSTRAINT `name` failed for …``, `Check constraint 'name' is violated.`
    case check
    /// ``… fails (`schema`.`table`, CONSTRAINT `name` FOREIGN KEY …``
    case foreignKey
  }

  private let form: Form
  /// The name of the key, column or constraint.
  let subject: String

  /// Nil for an error that is no violation, or whose text has another form.
  init?(_ error: DatabaseError) {
    guard let told = error.serverMessage, error.connection == .usable else { return nil }
    let subject: String?
    switch error.details.nativeCode {
    case 1062, 1586:
      form = .uniqueKey
      subject = told.split(separator: " for key '").last.map { String($0.dropLast()) }
    case 1048, 1364:
      form = .column
      subject = Self.quoted(told, "'").first
    case 4025:
      form = .check
      subject = Self.quoted(told, "`").first
    case 3819:
      form = .check
      subject = Self.quoted(told, "'").first
    case 1451, 1452:
      form = .foreignKey
      subject = told.split(separator: " CONSTRAINT ").last.flatMap { Self.quoted($0, "`").first }
    default: return nil
    }
    guard let subject, !subject.isEmpty else { return nil }
    self.subject = subject
  }

  /// Looks the name up; nil unless exactly one table of the statement has it.
  func details(
    in connection: MySQLConnection, of sql: String
  ) async -> DatabaseError.Details? {
    var found: [DatabaseError.Details] = []
    for table in Self.tables(of: sql) {
      guard let rows = await connection.texts(query(for: table)), !rows.isEmpty else { continue }
      let columns = rows.compactMap { $0[0] }.filter { !$0.isEmpty }
      found.append(
        .init(
          constraint: form == .column ? nil : keyName(in: table), table: table.name,
          column: columns.isEmpty ? nil : columns.joined(separator: ", ")))
    }
    // A row that is still referenced is named by the table that refers to it, not by the statement.
    if found.isEmpty, form == .foreignKey { return .init(constraint: subject) }
    return found.count == 1 ? found[0] : nil
  }

  private func query(for table: MySQLTableName) -> String {
    let schema = table.schema.map(Self.literal) ?? "DATABASE()"
    let name = Self.literal(table.name)
    switch form {
    case .uniqueKey:
      return "SELECT column_name FROM information_schema.statistics WHERE table_schema = \(schema) "
        + "AND table_name = \(name) AND non_unique = 0 "
        + "AND index_name = \(Self.literal(keyName(in: table))) ORDER BY seq_in_index"
    case .column:
      return "SELECT column_name FROM information_schema.columns WHERE table_schema = \(schema) "
        + "AND table_name = \(name) AND column_name = \(Self.literal(subject))"
    case .check:
      return "SELECT '' FROM information_schema.table_constraints WHERE table_schema = \(schema) "
        + "AND table_name = \(name) AND constraint_type = 'CHECK' "
        + "AND constraint_name = \(Self.literal(subject))"
    case .foreignKey:
      return "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = "
        + "\(schema) AND table_name = \(name) AND constraint_name = \(Self.literal(subject)) "
        + "ORDER BY ordinal_position"
    }
  }

  // MySQL puts the table before the name of the key.
  private func keyName(in table: MySQLTableName) -> String {
    let prefix = table.name + "."
    return form == .uniqueKey && subject.utf8.starts(with: prefix.utf8)
      ? String(decoding: subject.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : subject
  }

  private static func literal(_ text: String) -> String {
    "'" + text.doubling(UInt8(ascii: "\\")).doubling(UInt8(ascii: "'")) + "'"
  }

  private static func quoted(_ text: some StringProtocol, _ quote: Unicode.Scalar) -> [String] {
    text.pieces { $0 == UInt8(ascii: quote) }.enumerated()
      .filter { $0.offset % 2 == 1 }.map(\.element)
  }
}

/// A table as a statement names it.
struct MySQLTableName: Hashable {
  var schema: String?
  var name: String
}

extension MySQLViolation {
  /// The names that stand where a statement names tables; at most four, since each is looked up.
  static func tables(of sql: String) -> [MySQLTableName] {
    let introducers: Set = ["INTO", "UPDATE", "FROM", "JOIN", "TABLE"]
    let separators = Set(" \t\r\n(),;=<>+-*/|%?".utf8)
    // Every second piece between quotes is a string.
    let pieces = sql.pieces { $0 == UInt8(ascii: "'") }
    let code = pieces.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let words = code.joined(separator: " ").pieces(
      omittingEmpty: true, between: separators.contains)
    var tables: [MySQLTableName] = []
    for (word, next) in zip(words, words.dropFirst())
    where introducers.contains(word.uppercased()) {
      let parts = next.pieces(omittingEmpty: true) { $0 == UInt8(ascii: ".") }
        .map { String(decoding: $0.utf8.filter { $0 != UInt8(ascii: "`") }, as: UTF8.self) }
      guard let name = parts.last else { continue }
      let table = MySQLTableName(schema: parts.count > 1 ? parts[0] : nil, name: name)
      if !tables.contains(table), tables.count < 4 { tables.append(table) }
    }
    return tables
  }
}
