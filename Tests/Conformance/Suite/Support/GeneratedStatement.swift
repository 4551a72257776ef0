import DriverAPI

/// A random statement that every engine takes, full of question marks that are and are not
/// parameters.
struct GeneratedStatement {
  let text: String
  let parameterCount: Int

  init(dialect: Dialect, using generator: inout SeededGenerator) {
    var count = 0
    var columns: [String] = []
    let quote = String(dialect.identifierQuote)
    for index in 0...Int.random(in: 0...5, using: &generator) {
      var column = Self.expression(&count, &generator)
      if Bool.random(using: &generator) { column += " AS \(quote)c?\(index)''--\(quote)" }
      columns.append(Self.space(&generator) + column + Self.space(&generator))
    }
    text = "SELECT" + Self.space(&generator) + " " + columns.joined(separator: ",")
    parameterCount = count
  }

  private static func expression(
    _ count: inout Int, _ generator: inout SeededGenerator
  ) -> String {
    switch Int.random(in: 0...5, using: &generator) {
    case 0, 1:
      count += 1
      return "COALESCE(?, 'none')"
    case 2:
      count += 2
      return "CASE WHEN ?='?' THEN 'a' ELSE COALESCE(?,'b')END"
    case 3: return "'it''s ? -- /* ?'"
    case 4: return "''"
    default: return "\(Int.random(in: 0...999, using: &generator))"
    }
  }

  private static func space(_ generator: inout SeededGenerator) -> String {
    let spaces = [" ", "\n", "\t", " /* ' ? */ ", " -- ? \" '\n", "/**/", " /* -- */ "]
    return spaces[Int.random(in: 0..<spaces.count, using: &generator)]
  }
}
