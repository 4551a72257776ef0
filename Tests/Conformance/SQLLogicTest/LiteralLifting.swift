import DriverAPI

/// Puts parameters in the place of a statement's integer literals.
///
/// A literal stays where a parameter would mean something else:
///
/// - in statements on the schema, which take no parameters;
/// - behind ORDER BY, GROUP BY and PARTITION BY, where a number is a column's position;
/// - in the length of a type, as in `DECIMAL(10, 2)`, and behind FETCH FIRST;
/// - if it does not fit 64 bits, and engines read it as a decimal or a double.
///
/// An expression with a literal in ORDER BY or GROUP BY is compared with the select list word by
/// word. Such a statement stays as it is.
///
/// Where placeholders are numbered, the server gives each parameter one type when it prepares the
/// statement, and for want of better takes text. There a literal becomes `CAST(? AS INTEGER)`, which
/// has the very type of the literal, or BIGINT if it is too large for that.
struct LiteralLifting {
  private let sql: String
  private let dialect: Dialect
  private let tokens: [SQLToken]
  private var scopes = [Scope()]
  private var literals: [(range: Range<Int>, value: Int64)] = []

  /// What holds between two parentheses.
  private struct Scope {
    /// Literals stay for as long as the parenthesis is open.
    var isFixed = false
    /// A list of columns to order or group by is being read.
    var isOrdering = false
  }

  /// The statement with its literals as parameters; without parameters if none could be lifted.
  ///
  /// - Throws: `misuse` for a quote or comment without an end.
  static func lift(_ text: String, for dialect: Dialect) throws(DatabaseError) -> SQL {
    var lifting = try LiteralLifting(text, dialect)
    guard lifting.collect(), lifting.literals.count <= dialect.maxParameters else {
      return SQL(raw: text)
    }
    return lifting.rewritten()
  }

  private init(_ sql: String, _ dialect: Dialect) throws(DatabaseError) {
    self.sql = sql
    self.dialect = dialect
    tokens = try dialect.tokens(in: sql)
  }

  /// Finds the literals that can be lifted; false if the statement has to stay as it is.
  private mutating func collect() -> Bool {
    guard let first = tokens.first, Self.verbs.contains(first.text) else { return false }
    for index in tokens.indices {
      switch tokens[index].text {
      case "(": open(at: index)
      case ")": if scopes.count > 1 { scopes.removeLast() }
      case "BY": scopes[scopes.count - 1].isOrdering = true
      case let word where Self.endsOfOrdering.contains(word):
        scopes[scopes.count - 1].isOrdering = false
      default:
        guard let value = literal(at: index) else { continue }
        if scopes.last?.isFixed == true || Self.isCount(after: text(index - 1)) { continue }
        if scopes.contains(where: \.isOrdering) {
          guard isPosition(index) else { return false }
        } else {
          literals.append((tokens[index].range, value))
        }
      }
    }
    return true
  }

  private mutating func open(at index: Int) {
    let isLength = Self.typeNames.contains(text(index - 1))
    scopes.append(Scope(isFixed: isLength || scopes.last?.isFixed == true))
  }

  /// The value of a token that is an integer and no part of another number.
  private func literal(at index: Int) -> Int64? {
    let token = tokens[index]
    guard token.text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    if index > 0, touches(index - 1), text(index - 1) == "." { return nil }
    if index + 1 < tokens.count, touches(index), text(index + 1) == "." { return nil }
    // The exponent of 1e-5 is a token of its own.
    if index > 1, touches(index - 1), touches(index - 2), Self.isMantissa(text(index - 2)) {
      return nil
    }
    return Int64(token.text)
  }

  /// Whether nothing stands between a token and the next.
  private func touches(_ index: Int) -> Bool {
    tokens[index].range.upperBound == tokens[index + 1].range.lowerBound
  }

  /// Whether a literal stands alone between commas of a list to order by.
  private func isPosition(_ index: Int) -> Bool {
    let next = text(index + 1)
    return scopes.last?.isOrdering == true && ["BY", ","].contains(text(index - 1))
      && (["", ",", ")", ";", "ASC", "DESC", "NULLS"].contains(next)
        || Self.endsOfOrdering.contains(next))
  }

  private func text(_ index: Int) -> String {
    tokens.indices.contains(index) ? tokens[index].text : ""
  }

  private func rewritten() -> SQL {
    var output: [UInt8] = []
    var copied = 0
    let bytes = Array(sql.utf8)
    for (range, value) in literals {
      output += bytes[copied..<range.lowerBound]
      output += parameter(for: value).utf8
      copied = range.upperBound
    }
    output += bytes[copied...]
    return SQL(raw: String(decoding: output, as: UTF8.self), literals.map { .int($0.value) })
  }

  private func parameter(for value: Int64) -> String {
    guard dialect.placeholders == .dollarNumber else { return "?" }
    return "CAST(? AS \(Int32(exactly: value) == nil ? "BIGINT" : "INTEGER"))"
  }
}
