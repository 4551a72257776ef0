/// How a query is cut to some of its rows.
public enum PagingForm: Sendable, Hashable {
  /// `… LIMIT 10 OFFSET 20`
  case limit
  /// `… OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY`
  case fetch
  /// `… ROWS 21 TO 30`
  case rows
  /// `SELECT TOP (10) …`, which cannot leave rows out.
  case top
}

extension Dialect {
  /// The rows of a query from `offset` on, at most `limit` of them.
  ///
  /// - Parameter query: a `SELECT` with an `ORDER BY`, without which some engines page nothing and no
  ///   page means anything.
  /// - Throws: `unsupported` for an offset where the engine has none; `misuse` for counts below zero, and
  ///   for a query that does not begin with `SELECT` where that matters.
  public func paged(_ query: SQL, limit: Int, offset: Int = 0) throws(DatabaseError) -> SQL {
    guard limit >= 0, offset >= 0 else { throw .misuse("a page has no rows below zero") }
    switch paging {
    case .limit: return query.with(" LIMIT \(limit)" + (offset > 0 ? " OFFSET \(offset)" : ""))
    case .fetch: return query.with(" OFFSET \(offset) ROWS FETCH NEXT \(limit) ROWS ONLY")
    // Of no rows: from a row to the one before it.
    case .rows: return query.with(" ROWS \(offset + 1) TO \(offset + limit)")
    case .top:
      if offset > 0 { throw .unsupported("\(name) cannot leave out the first rows of a query") }
      return try query.withTop(limit)
    }
  }
}

extension SQL {
  fileprivate func with(_ ending: String) -> SQL { SQL(raw: text + ending, parameters) }

  fileprivate func withTop(_ limit: Int) throws(DatabaseError) -> SQL {
    let words = text.prefix(16).uppercased()
    let start = ["SELECT DISTINCT ", "SELECT "].first { words.hasPrefix($0) }
    guard let start else { throw .misuse("a query that is to be paged begins with SELECT") }
    return SQL(raw: "\(start)TOP (\(limit)) " + text.dropFirst(start.count), parameters)
  }
}
