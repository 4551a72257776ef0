import DriverAPI

extension Migration {
  /// Makes `notes (id, body)`.
  static let notes = Migration(1, "notes") { dialect in
    [
      """
      CREATE TABLE notes (
        id \(dialect.typeName(.int)) NOT NULL PRIMARY KEY, body \(dialect.typeName(.text)))
      """
    ]
  }

  /// Writes a row.
  static let firstNote = Migration(2, "a first note") { _ in
    ["INSERT INTO notes (id, body) VALUES (1, 'one')"]
  }

  /// Gives the table a third column.
  static let titles = Migration(3, "titles") { dialect in
    [dialect.addingColumn("title \(dialect.typeName(.text))", to: "notes")]
  }

  /// Makes `halves (id)`, and then fails.
  static let halves = Migration(2, "halves") { dialect in
    [
      "CREATE TABLE halves (id \(dialect.typeName(.int)))",
      "INSERT INTO nowhere (id) VALUES (1)",
    ]
  }
}
