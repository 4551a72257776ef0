/// The columns of a result, in order.
///
/// A class, so that a row can refer to it without copying and a driver can keep it with the
/// statement.
public final class ColumnList: Sendable {
  /// The columns from left to right. Names may repeat. [QUERY-1]
  public let columns: [Column]

  /// How many there are.
  public let count: Int

  /// How names are compared that are not the same.
  private let folding: IdentifierFolding

  /// A list of columns.
  ///
  /// - Parameter folding: that of the engine's dialect: in `SELECT Name` a column of PostgreSQL is called
  ///   `name`, one of Oracle `NAME`, and either is found by `name`.
  public init(_ columns: [Column], folding: IdentifierFolding = .kept) {
    self.columns = columns
    self.folding = folding
    count = columns.count
  }

  /// The names from left to right.
  public var names: [String] { columns.map(\.name) }

  /// The position of the first column of that name, or nil. One of the very name goes before one that the
  /// engine takes for the same where it stands without quotes. [QUERY-1]
  public func index(of name: String) -> Int? {
    columns.firstIndex { $0.name.hasSameBytes(as: name) }
      ?? columns.firstIndex { folding.matches($0.name, name) }
  }
}

/// One column of a result.
public struct Column: Sendable, Hashable {
  /// The name or alias.
  public var name: String
  /// The type as the engine writes it, or nil if it does not tell.
  public var typeName: String?

  /// A column.
  public init(name: String, typeName: String? = nil) {
    self.name = name
    self.typeName = typeName
  }
}
