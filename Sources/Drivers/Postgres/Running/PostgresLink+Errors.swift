import CPostgres
import DriverAPI

extension PostgresLink {
  /// The error that a result reports.
  ///
  /// - Parameters:
  ///   - text: the statement, to find the place of the mistake in what the application wrote.
  ///   - wasAsked: whether this side asked the server to stop what it does; nil if ``cancellation`` knows.
  func error(
    in result: OpaquePointer, of text: StatementText? = nil, wasAsked: Bool? = nil
  ) -> DatabaseError {
    guard let sqlState = Self.field(result, dovetail_diag_sqlstate) else {
      // libpq made it up: there was no answer.
      return PQstatus(handle) == CONNECTION_BAD ? lost() : unexplained(result)
    }
    let primary = Self.field(result, dovetail_diag_message_primary) ?? ""
    let end =
      sqlState == PostgresEnd.sqlState
      ? PostgresEnd(primary, wasAsked: wasAsked ?? !cancellation.isQuiet) : nil
    let isOutdated = sqlState == "0A000" && Self.tellsOfOtherColumns(result)
    let kind = end?.kind ?? (isOutdated ? .serializationFailure : PostgresCode.kind(sqlState))
    if let demand, demand.isUnmet(sqlState, in: statusBeforeSending, reported) {
      return notPrimary(result, sqlState, text, primary)
    }
    let severity = Self.field(result, dovetail_diag_severity_nonlocalized)
    let isOver = kind == .connectionLost || severity == "FATAL" || severity == "PANIC"
    let further = [
      Self.field(result, dovetail_diag_message_detail),
      Self.field(result, dovetail_diag_message_hint),
    ].compactMap { $0 }
    let words = isOutdated ? Self.outdatedWords : end?.words ?? PostgresCode.message(kind)
    return DatabaseError(
      kind, words, connection: isOver ? .spent : .usable,
      execution: isOver || sqlState == "40003" ? .unknown : .rejected,
      details: details(of: result, sqlState, text),
      serverMessage: ([primary] + further).joined(separator: "\n"))
  }

  private func notPrimary(
    _ result: OpaquePointer, _ sqlState: String, _ text: StatementText?, _ primary: String
  ) -> DatabaseError {
    var details = details(of: result, sqlState, text)
    details.host = host
    return DatabaseError(
      .notPrimary, "the server at \(host) takes no writes any more; repeat the whole transaction",
      connection: .spent, execution: .rejected, details: details, serverMessage: primary)
  }

  private func details(
    of result: OpaquePointer, _ sqlState: String, _ text: StatementText?
  ) -> DatabaseError.Details {
    let position = Self.field(result, dovetail_diag_statement_position).flatMap { Int($0) }
    return DatabaseError.Details(
      sqlState: sqlState,
      constraint: Self.field(result, dovetail_diag_constraint_name),
      table: Self.field(result, dovetail_diag_table_name),
      column: Self.field(result, dovetail_diag_column_name),
      position: position.map { text?.originalPosition(of: $0) ?? $0 },
      host: sqlState.hasPrefix("57P") || sqlState.hasPrefix("08") ? host : nil)
  }

  private func unexplained(_ result: OpaquePointer) -> DatabaseError {
    DatabaseError(
      .other, "libpq refused the statement", execution: .unknown,
      serverMessage: PQresultErrorMessage(result).map { String(cString: $0) })
  }

  static let outdatedWords =
    "the schema changed under a prepared statement; repeat the whole transaction"

  /// Whether the error is that of a prepared statement whose columns are not those that it was prepared
  /// for any more; the same SQLSTATE has other errors too. [STMT-3]
  static func tellsOfOtherColumns(_ result: OpaquePointer) -> Bool {
    field(result, dovetail_diag_source_function) == "RevalidateCachedQuery"
  }

  private static func field(_ result: OpaquePointer, _ code: Int32) -> String? {
    PQresultErrorField(result, code).map { String(cString: $0) }
  }
}

extension StatementText {
  /// Where a place of the rebound text stands in the text as written: `$1` was `?` there, and `?` was `??`,
  /// but not in strings and comments.
  func originalPosition(of position: Int) -> Int {
    var written = Array(original.unicodeScalars)[...]
    var rebound = Array(text.unicodeScalars)[...]
    let target = min(max(position, 1), rebound.count + 1) - 1
    while rebound.startIndex < target, let next = written.first {
      if next != "?" {
        written.removeFirst()
        rebound.removeFirst()
        continue
      }
      let marks = written.prefix { $0 == "?" }
      let kept = rebound.prefix { $0 == "?" }
      written = written.dropFirst(marks.count)
      rebound = rebound.dropFirst(kept.count)
      // As many are left as there were where no parameter can be: one was a parameter, two are one.
      if kept.count < marks.count, marks.count % 2 == 1 {
        rebound = rebound.drop { $0 != "$" }.dropFirst().drop { ("0"..."9").contains($0) }
        // Set behind it, so that what follows is no part of it.
        if rebound.first == " ", written.first != " " { rebound.removeFirst() }
      }
    }
    return written.startIndex + 1
  }
}
