/// An insert that changes the row instead if it exists, with one meaning on every engine.
public struct Upsert: Sendable, Hashable {
  /// What becomes of one column of a row that exists.
  public enum Assignment: Sendable, Hashable {
    /// It takes the value that was to be inserted.
    case newValue(String)
    /// It takes the value of an SQL expression, in which `{old.column}` and `{new.column}` stand for
    /// the row's value and the one that was to be inserted: `("hits", "{old.hits} + {new.hits}")`.
    case expression(String, String)
  }

  /// The table, with its schema before a dot if need be.
  public var table: String
  /// The columns that get values, in the order of the values.
  public var columns: [String]
  /// The columns of the unique key that decides whether the row exists.
  public var key: [String]
  /// The columns that change if it does, and no others. [UPSERT-2]
  public var assignments: [Assignment]

  /// An upsert.
  ///
  /// - Parameter assignments: nil changes every column that is not part of the key.
  public init(
    into table: String, columns: [String], key: [String], assignments: [Assignment]? = nil
  ) {
    self.table = table
    self.columns = columns
    self.key = key
    self.assignments =
      assignments ?? columns.filter { !key.contains($0) }.map(Assignment.newValue)
  }
}

extension Dialect {
  /// A plain insert of `rowCount` rows.
  ///
  /// - Throws: `misuse` for names that cannot be identifiers, or no columns.
  public func insertSQL(
    into table: String, columns: [String], rowCount: Int = 1
  ) throws(DatabaseError) -> String {
    guard !columns.isEmpty, rowCount > 0 else {
      throw .misuse("an insert into \(table) needs at least one column and one row")
    }
    var names: [String] = []
    for column in columns { names.append(try quoted(column)) }
    let row = "(" + Array(repeating: "?", count: columns.count).joined(separator: ", ") + ")"
    let rows = Array(repeating: row, count: rowCount).joined(separator: ", ")
    return
      "INSERT INTO \(try quoted(table: table)) (\(names.joined(separator: ", "))) VALUES \(rows)"
  }

  /// An insert that leaves rows alone which exist already, by whatever unique key; any other
  /// violation still fails. [UPSERT-3]
  ///
  /// - Throws: as ``insertSQL(into:columns:rowCount:)``.
  public func insertIgnoreSQL(
    into table: String, columns: [String], rowCount: Int = 1
  ) throws(DatabaseError) -> String {
    let insert = try insertSQL(into: table, columns: columns, rowCount: rowCount)
    switch upsertForm {
    // Not INSERT OR IGNORE or INSERT IGNORE: they hide NULLs, lengths and everything else too.
    case .onConflict: return insert + " ON CONFLICT DO NOTHING"
    case .onDuplicateKey:
      let column = try quoted(columns[0])
      return insert + " ON DUPLICATE KEY UPDATE \(column) = \(try quoted(table: table)).\(column)"
    }
  }

  /// The text of an upsert of `rowCount` rows.
  ///
  /// - Throws: `misuse` for a key or an assignment that is not sound.
  public func upsertSQL(_ upsert: Upsert, rowCount: Int = 1) throws(DatabaseError) -> String {
    guard !upsert.key.isEmpty, upsert.key.allSatisfy(upsert.columns.contains) else {
      throw .misuse("the key of an upsert must be columns that it inserts")
    }
    guard !upsert.assignments.isEmpty else {
      return try insertIgnoreSQL(
        into: upsert.table, columns: upsert.columns, rowCount: rowCount)
    }
    let insert = try insertSQL(into: upsert.table, columns: upsert.columns, rowCount: rowCount)
    var assignments: [String] = []
    for assignment in upsert.assignments {
      assignments.append(try sql(assignment, upsert.table))
    }
    let changes = assignments.joined(separator: ", ")
    switch upsertForm {
    case .onConflict:
      var key: [String] = []
      for column in upsert.key { key.append(try quoted(column)) }
      return insert + " ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET \(changes)"
    case .onDuplicateKey:
      return insert + " ON DUPLICATE KEY UPDATE \(changes)"
    }
  }

  private func sql(
    _ assignment: Upsert.Assignment, _ table: String
  ) throws(DatabaseError) -> String {
    switch assignment {
    case .newValue(let column):
      return "\(try quoted(column)) = \(try newValue(column))"
    case .expression(let column, let expression):
      return "\(try quoted(column)) = \(try expanded(expression, table))"
    }
  }

  private func newValue(_ column: String) throws(DatabaseError) -> String {
    switch upsertForm {
    case .onConflict: "excluded.\(try quoted(column))"
    case .onDuplicateKey: "VALUES(\(try quoted(column)))"
    }
  }

  private func oldValue(_ column: String, _ table: String) throws(DatabaseError) -> String {
    let name = table.split(separator: ".").last.map(String.init) ?? table
    return "\(try quoted(name)).\(try quoted(column))"
  }

  private func expanded(_ expression: String, _ table: String) throws(DatabaseError) -> String {
    var output = ""
    var rest = expression[...]
    while let brace = rest.firstIndex(of: "{") {
      output += rest[..<brace]
      guard let closing = rest[brace...].firstIndex(of: "}") else {
        throw .misuse("an upsert expression has { without }")
      }
      let reference = rest[rest.index(after: brace)..<closing]
      if reference.hasPrefix("old.") {
        output += try oldValue(String(reference.dropFirst(4)), table)
      } else if reference.hasPrefix("new.") {
        output += try newValue(String(reference.dropFirst(4)))
      } else {
        throw .misuse("an upsert expression refers to {\(reference)}; write {old.x} or {new.x}")
      }
      rest = rest[rest.index(after: closing)...]
    }
    return output + rest
  }
}
