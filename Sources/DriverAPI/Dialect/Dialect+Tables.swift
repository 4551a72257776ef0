/// Statements on the schema that engines write in different orders. Names and definitions go into them as
/// they stand.
extension Dialect {
  /// Creates a table unless there is one of that name; where the engine cannot say so, whether or not.
  /// ``StatementExecutor/createTable(ifMissing:_:file:line:)`` looks into the catalogue then.
  ///
  /// - Parameter definition: the columns and constraints, without the parentheses.
  public func creatingTable(_ name: String, _ definition: String) -> String {
    "CREATE TABLE \(hasIfNotExists ? "IF NOT EXISTS " : "")\(name) (\(definition))"
  }

  /// Adds a column to a table.
  public func addingColumn(_ definition: String, to table: String) -> String {
    "ALTER TABLE \(table) \(addColumn) \(definition)"
  }

  /// Takes a column away from a table.
  public func removingColumn(_ name: String, from table: String) -> String {
    guard let columnRemoval else { return "ALTER TABLE \(table) \(dropColumn) \(name)" }
    return columnRemoval.replacing("{table}", with: table).replacing("{column}", with: name)
  }

  /// Drops an index of a table.
  public func droppingIndex(_ name: String, of table: String) -> String {
    "DROP INDEX \(name)" + (dropsIndexOfTable ? " ON \(table)" : "")
  }

  /// What makes a column required and gives it a value, in the order in which the engine takes that.
  public func required(default value: String) -> String {
    defaultComesFirst ? "DEFAULT \(value) NOT NULL" : "NOT NULL DEFAULT \(value)"
  }

  /// A parameter where nothing around it tells its type, such as `SELECT ?`.
  public func parameter(_ type: ColumnType) -> String {
    guard parametersNeedTypes else { return "?" }
    return "CAST(? AS \(typeName(type)))"
  }
}
