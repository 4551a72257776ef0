import DriverAPI
import Testing

@Suite("Random statements [REBIND-1] [REBIND-3] [REBIND-5]") struct LexerPropertyTests {
  @Test(arguments: [Dialect.sqlite, .postgres, .mysql, .mariadb, .standard], 1...20)
  func `parameters are found where they were put`(dialect: Dialect, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<100 {
      let statement = RandomStatement(for: dialect, using: &generator)
      let rebound = try dialect.rebind(statement.text)
      #expect(rebound.text == statement.rebound, "seed \(seed)")
      #expect(rebound.parameterCount == statement.parameterCount, "\(statement.text)")
      // Code of a comment, and a function that nobody knows, are in doubt.
      let isClear = !statement.text.contains("/*!") && !statement.text.contains("f(1)")
      #expect(rebound.isReadOnly == isClear, "\(statement.text)")
      let again = try dialect.rebind(rebound.text)
      #expect(again.text == rebound.text, "seed \(seed)")
      #expect(again.parameterCount == rebound.parameterCount, "\(statement.text)")
    }
  }

  @Test(arguments: [Dialect.sqlite, .postgres, .mysql], 1...20)
  func `scripts come apart where they were joined`(dialect: Dialect, seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<30 {
      let statements = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
        RandomStatement(for: dialect, using: &generator).text
      }
      let ends = [";", " ;\n", ";;", "; -- ;\n"]
      let script = statements.map { $0 + (ends.randomElement(using: &generator) ?? ";") }
      #expect(try dialect.statements(in: script.joined()) == statements, "seed \(seed)")
    }
  }

  @Test(arguments: [Dialect.sqlite, .postgres, .mysql, .mariadb, .standard], 1...20)
  func `nothing makes the lexer fail but what it says`(dialect: Dialect, seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let pieces = [
      "'", "\"", "`", "[", "]", "$", "$1", "$a$", "?", "??", "?1", ":", ":a", "@", "--", "/*", "*/",
      "/*!", "/*M!", "#", "\\", ";", "(", ")", "BEGIN", "END", "CASE", "CREATE TRIGGER", "E'", "é",
      "\n", " ", "IF", "LOOP", "\u{feff}", ".", "|", "=", "THEN", "DO", "ROW", "HANDLER",
    ]
    for _ in 0..<200 {
      let count = Int.random(in: 0...30, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      do throws(DatabaseError) {
        let once = try dialect.rebind(text)
        // An operator between anything but two values cannot be told from a parameter.
        if !text.contains("??") {
          #expect(try dialect.rebind(once.text).text == once.text, "\(text)")
        }
      } catch {
        #expect(error.kind == .misuse, "\(text)")
        if let position = error.details.position {
          #expect((1...text.unicodeScalars.count).contains(position), "\(text)")
        }
      }
    }
  }
}

/// A statement put together from pieces whose parameters are known.
private struct RandomStatement {
  private(set) var text = "SELECT "
  private(set) var rebound = "SELECT "
  private(set) var parameterCount = 0

  init(for dialect: Dialect, using generator: inout SeededGenerator) {
    let pieces = Self.pieces(dialect)
    let usesDollars = dialect.placeholders == .dollarNumber
    for index in 0...Int.random(in: 0...8, using: &generator) {
      if index > 0 {
        add([", ", "\n,", " + ", " = ", " || "].randomElement(using: &generator) ?? "")
      }
      if Bool.random(using: &generator) {
        parameterCount += 1
        text += "?"
        rebound += usesDollars ? "$\(parameterCount)" : "?"
      } else {
        add(pieces.randomElement(using: &generator) ?? "")
      }
    }
  }

  private mutating func add(_ piece: String) {
    text += piece
    rebound += piece
  }

  private static func pieces(_ dialect: Dialect) -> [String] {
    let common = [
      "1", "a", "t.b", "'?'", "'it''s ?'", "''", "'--'", "'/*'", "f(1)", "(a)", "/* ? ' */ 1",
      "1 /* \" */ + 2", "-- ? '\n 2", "'é?'", "é", "1e5", "-1", "CASE WHEN a THEN 'x?' END",
    ]
    switch dialect.name {
    case "postgres":
      return common + [
        "\"a?\"", "E'\\'?'", "'\\'", "$$?'$$", "$t$?$$?$t$", "a::int", "/* /* ? */ ? */ 1", "a$b$",
        "U&'?'", "x'?'", "ARRAY[1, 2]", "a[1:2]", "a @> b",
      ]
    case "sqlite": return common + ["\"a?\"", "[a?']", "`?`", "'\\'", "x'?'", "/* /* ? */ 1"]
    case "standard": return common + ["\"a?\"", "\"a\"\"?\"", "'\\'"]
    default:
      return common + [
        "\"?\"", "'\\'?'", "\"\\\"?\"", "`?`", "1--1", "# ? '\n 1", "/*!50000 1 */", "@a", "@@b",
      ]
    }
  }
}
