import DriverAPI
import Testing

/// Compares bytes: to an engine a letter and an accent behind it are two characters.
func expectSQL(
  _ sql: String, _ expected: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  expectSame(ByteText(sql), ByteText(expected), sourceLocation: sourceLocation)
}

func expectSQL(
  _ sql: [String], _ expected: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  expectSame(
    sql.map(ByteText.init), expected.map(ByteText.init), sourceLocation: sourceLocation)
}

/// Compares, or counts what differs while a dialect is wrong on purpose.
func expectSame<T: Equatable>(
  _ value: T, _ expected: T, sourceLocation: SourceLocation = #_sourceLocation
) {
  guard let differences = Differences.current else {
    #expect(value == expected, sourceLocation: sourceLocation)
    return
  }
  if value != expected { differences.count.withLock { $0 += 1 } }
}

/// What the tests found in a dialect that is wrong on purpose.
final class Differences: Sendable {
  @TaskLocal static var current: Differences?
  let count = Mutex(0)
}

/// The manuals' engines with what is expected of each, in one order.
struct Expected: Sendable, CustomStringConvertible {
  var dialect: Dialect
  let sql: String

  init(_ dialect: Dialect, _ sql: String) { (self.dialect, self.sql) = (dialect, sql) }

  var description: String { dialect.name }
}
