extension StatementText {
  /// Whether the statement inserts, changes or deletes rows, so that the library's count is theirs.
  ///
  /// For anything else many libraries count the rows of a result, or leave the count of an earlier
  /// statement where it was; ``ExecResult/rowCount`` is 0 then. [EXEC-1]
  public var changesRows: Bool {
    switch leadingKeyword {
    case "INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE": true
    case "WITH": !looksReadOnly
    default: false
    }
  }
}
