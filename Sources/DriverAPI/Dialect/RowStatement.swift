/// A statement that takes the values of one row, each as often and where it needs them.
public struct RowStatement: Sendable, Hashable {
  /// The text, with `?` for each value.
  public let text: String
  /// Which value of the row each parameter takes, from left to right; nil if they take all of them in
  /// order.
  public let valueIndexes: [Int]?

  /// A statement.
  public init(text: String, valueIndexes: [Int]? = nil) {
    self.text = text
    self.valueIndexes = valueIndexes
  }

  /// The parameters for a row of values.
  public func parameters(of row: [Value]) -> [Value] {
    guard let valueIndexes else { return row }
    return valueIndexes.map { row[$0] }
  }
}

/// Takes down which value each parameter of a text takes, while it is written.
struct ParameterOrder {
  /// The columns of the row, in the order of its values.
  let columns: [String]
  private(set) var indexes: [Int] = []

  init(_ columns: [String]) { self.columns = columns }

  /// A parameter for the value of a column, which the caller has checked to be one of them.
  mutating func parameter(_ column: String) -> String {
    indexes.append(columns.firstIndex(ofBytes: column) ?? 0)
    return "?"
  }
}
