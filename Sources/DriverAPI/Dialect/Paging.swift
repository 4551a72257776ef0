/// How a query is cut to some of its rows.
public enum PagingForm: Sendable, Hashable {
  /// `… LIMIT 10 OFFSET 20`
  case limit
  /// `… OFFSET 20 ROWS FETCH NEXT 10 ROWS ONLY`
  case fetch
  /// `… ROWS 21 TO 30`
  case rows
  /// `SELECT TOP (10) …`, which cannot leave rows out, and of several queries in a union cuts the first.
  case top
}

extension Dialect {
  /// The rows of a query from `offset` on, at most `limit` of them.
  ///
  /// - Parameter query: a `SELECT` with an `ORDER BY`, without which some engines page nothing and no
  ///   page means anything.
  /// - Parameter limit: `.max` for all rows from `offset` on. Where pages of no rows are refused
  ///   (``hasEmptyPages``) the columns of the query need names for a page of 0.
  /// - Throws: `unsupported` for an offset where the engine has none; `misuse` for counts below zero, and
  ///   for a query that does not begin with `SELECT` where that matters. A page beyond `Int.max` ends there.
  public func paged(_ query: SQL, limit: Int, offset: Int = 0) throws(DatabaseError) -> SQL {
    guard limit >= 0, offset >= 0 else { throw .misuse("a page has no rows below zero") }
    switch paging {
    case .limit: return query.with(" LIMIT \(limit)" + (offset > 0 ? " OFFSET \(offset)" : ""))
    case .fetch where limit == 0 && !hasEmptyPages:
      return "SELECT * FROM (\(query) OFFSET 0 ROWS) dovetail_page WHERE 1 = 0"
    // Offset and count together can be more than the engine counts to.
    case .fetch where limit == .max: return query.with(" OFFSET \(offset) ROWS")
    case .fetch: return query.with(" OFFSET \(offset) ROWS FETCH NEXT \(limit) ROWS ONLY")
    // Of no rows: from a row to the one before it.
    case .rows:
      let first = offset == .max ? offset : offset + 1
      let (last, isBeyond) = offset.addingReportingOverflow(limit)
      return query.with(" ROWS \(first) TO \(isBeyond ? .max : last)")
    case .top:
      if offset > 0 { throw .unsupported("\(name) cannot leave out the first rows of a query") }
      return try query.withTop(limit)
    }
  }
}

extension SQL {
  fileprivate func with(_ ending: String) -> SQL { SQL(raw: text + ending, parameters) }

  fileprivate func withTop(_ limit: Int) throws(DatabaseError) -> SQL {
    // By bytes: what Unicode joins to a letter or a blank is part of no keyword.
    let start = ["SELECT DISTINCT ", "SELECT "].first { words in
      text.utf8.count >= words.utf8.count
        && zip(text.utf8, words.utf8).allSatisfy { $0 == $1 || $0 == $1 | 0x20 }
    }
    guard let start else { throw .misuse("a query that is to be paged begins with SELECT") }
    let rest = String(Substring(text.utf8.dropFirst(start.utf8.count)))
    return SQL(raw: "\(start)TOP (\(limit)) " + rest, parameters)
  }
}
