/// How a query locks the rows that it reads until the transaction ends.
public struct RowLockWords: Sendable, Hashable {
  /// What stands behind the name of the table, such as `WITH (UPDLOCK)`.
  public var tableHint: String?
  /// What ends the query, such as `FOR UPDATE` or `WITH LOCK`.
  public var ending: String?

  /// The words of an engine.
  public init(tableHint: String? = nil, ending: String? = nil) {
    self.tableHint = tableHint
    self.ending = ending
  }
}

extension Dialect {
  /// A query of one table whose rows stay locked until the transaction ends. Where ``rowLock`` is nil it
  /// is a plain query: there a transaction that may write has locked what it reads already.
  ///
  /// - Parameters: SQL as it stands, never anything that a user typed.
  public func lockingSQL(_ columns: String, from table: String, where condition: SQL) -> SQL {
    let hint = rowLock?.tableHint.map { " \($0)" } ?? ""
    let ending = rowLock?.ending.map { " \($0)" } ?? ""
    return "SELECT \(raw: columns) FROM \(raw: table + hint) WHERE \(condition)\(raw: ending)"
  }
}
