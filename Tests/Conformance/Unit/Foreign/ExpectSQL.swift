import DriverAPI
import Testing

/// Compares bytes: to an engine a letter and an accent behind it are two characters.
func expectSQL(
  _ sql: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(ByteText(sql) == ByteText(expected), sourceLocation: sourceLocation)
}

func expectSQL(
  _ sql: [String], _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(sql.map(ByteText.init) == expected.map(ByteText.init), sourceLocation: sourceLocation)
}

/// The manuals' engines with what is expected of each, in one order.
struct Expected: Sendable, CustomStringConvertible {
  let dialect: Dialect
  let sql: String

  init(_ dialect: Dialect, _ sql: String) { (self.dialect, self.sql) = (dialect, sql) }

  var description: String { dialect.name }
}
