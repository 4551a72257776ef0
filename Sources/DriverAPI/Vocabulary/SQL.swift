/// A statement and the values that go with it.
///
/// Written as a literal. Values are interpolated and become parameters, never text:
/// `"SELECT name FROM users WHERE id = \(id)"`. Or the text holds `?` and the values follow it as
/// arguments: `db.query("SELECT name FROM users WHERE id = ?", id)`. A `String` that was put together
/// elsewhere must be spelled `SQL(raw:)`, so that pasted-in values stand out when code is read.
public struct SQL: Sendable, Hashable {
  /// The text, with `?` for each parameter.
  public var text: String
  /// The parameters, from left to right.
  public var parameters: [Value]

  /// Text that was made elsewhere, with its parameters.
  @inlinable
  public init(raw text: String, _ parameters: [Value] = []) {
    self.text = text
    self.parameters = parameters
  }

  /// The same statement with arguments for its `?`.
  ///
  /// - Throws: `misuse` if the literal interpolates values as well.
  @inlinable
  @inline(__always)
  func binding(_ arguments: [Value]) throws(DatabaseError) -> SQL {
    if arguments.isEmpty { return self }
    guard parameters.isEmpty else { throw mixedParameters() }
    return SQL(raw: text, arguments)
  }

  /// A list of nothing between parentheses; ``Dialect/rebind(_:)`` writes it otherwise where the
  /// engine compares the type of its column. In capitals and with a name that nobody else writes.
  static let emptyList = "SELECT NULL AS dovetail_empty_list WHERE 1 = 0"

  /// The same where a query needs a table.
  static func emptyList(from table: String) -> String {
    "SELECT NULL AS dovetail_empty_list FROM \(table) WHERE 1 = 0"
  }

  @usableFromInline
  func mixedParameters() -> DatabaseError {
    .misuse(
      "the statement carries \(parameters.count) values of its own and got arguments as well; "
        + "use one way or the other")
  }
}

extension SQL: ExpressibleByStringInterpolation {
  /// A text without interpolation.
  @inlinable
  public init(stringLiteral value: String) { self.init(raw: value) }

  /// A text with interpolated values.
  public init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    parameters = stringInterpolation.parameters
  }

  /// Collects text and values.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var parameters: [Value] = []

    /// Room for the whole statement.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 2 * interpolationCount)
      parameters.reserveCapacity(interpolationCount)
    }

    /// Text as written.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// A value, which becomes a parameter.
    public mutating func appendInterpolation<T: ValueConvertible>(_ value: T) {
      text += "?"
      parameters.append(value.databaseValue)
    }

    /// A value that may be absent, which becomes a parameter that may be NULL.
    public mutating func appendInterpolation<T: ValueConvertible>(_ value: T?) {
      text += "?"
      parameters.append(value.databaseValue)
    }

    /// Several values, as `IN (\(each: ids))` wants them.
    ///
    /// Of no values at all `IN` is false and `NOT IN` is true, for every row. [QUERY-10] A NULL among
    /// them has the meaning of SQL: `NOT IN` of a list with a NULL in it is true for no row.
    public mutating func appendInterpolation<T: ValueConvertible>(each values: some Sequence<T>) {
      var separator = ""
      for value in values {
        text += separator + "?"
        separator = ", "
        parameters.append(value.databaseValue)
      }
      if separator.isEmpty { text += SQL.emptyList }
    }

    /// Text that is SQL itself; never anything a user typed.
    public mutating func appendInterpolation(raw sql: String) { text += sql }

    /// Another statement with its parameters, as a part of this one.
    public mutating func appendInterpolation(_ part: SQL) {
      text += part.text
      parameters += part.parameters
    }
  }
}
