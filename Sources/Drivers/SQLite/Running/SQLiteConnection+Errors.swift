import CSQLite
import DriverAPI

extension SQLiteConnection {
  /// The error for a result code of a statement of the driver's own.
  func error(_ code: Int32) -> DatabaseError {
    DatabaseError(
      SQLiteCode.kind(code), SQLiteCode.message(code),
      details: .init(nativeCode: Int(code)),
      serverMessage: String(cString: sqlite3_errmsg(handle)))
  }

  /// The error of a statement that could not be prepared.
  func prepareError(_ code: Int32, _ text: StatementText) -> DatabaseError {
    if code & 0xff != SQLITE_ERROR { return error(code) }
    let told = String(cString: sqlite3_errmsg(handle))
    let offset = Int(sqlite3_error_offset(handle))
    let finding = SQLiteDiagnosis(connection: self, sql: text.text).finding(at: offset)
    return DatabaseError(
      finding.kind, finding.message, details: finding.details, serverMessage: told)
  }

  /// The error of a statement that failed while it ran. Puts the statement back to its start first:
  /// the facts are looked up on the same connection.
  func executionError(_ code: Int32, _ statement: SQLiteStatement) -> DatabaseError {
    let told = String(cString: sqlite3_errmsg(handle))
    // SQLite prepares again when the schema has changed, and then a table can be missing.
    if code & 0xff == SQLITE_ERROR {
      let error = prepareError(code, statement.text)
      sqlite3_reset(statement.handle)
      if error.kind == .undefinedObject { return error }
    }
    sqlite3_reset(statement.handle)
    var details = violation(code, told)
    details.nativeCode = Int(code)
    if code & 0xff == SQLITE_CANTOPEN || code & 0xff == SQLITE_IOERR { details.host = options.path }
    return DatabaseError(
      SQLiteCode.kind(code), SQLiteCode.message(code), details: details, serverMessage: told)
  }

  /// Constraint, table and columns of a violation. [ERR-2]
  ///
  /// SQLite has no field for them. For these codes its text is a fixed form behind a colon, the
  /// columns as `table.column, table.column` or the constraint's name; what is read from it counts
  /// only if the schema knows it.
  private func violation(_ code: Int32, _ told: String) -> DatabaseError.Details {
    guard let colon = told.range(of: ": ") else { return .init() }
    let subject = String(told[colon.upperBound...])
    do {
      switch SQLiteCode.kind(code) {
      case .uniqueViolation: return try uniqueDetails(subject)
      case .notNullViolation: return try columnDetails(subject)
      case .checkViolation: return .init(constraint: subject)
      default: return .init()
      }
    } catch {
      // The violation is the news; not knowing where is no reason to hide it.
      return .init()
    }
  }

  private func columnDetails(_ subject: String) throws(DatabaseError) -> DatabaseError.Details {
    guard let (table, columns) = qualified(subject), try hasColumns(columns, in: table) else {
      return .init()
    }
    return .init(table: table, column: columns.joined(separator: ", "))
  }

  private func uniqueDetails(_ subject: String) throws(DatabaseError) -> DatabaseError.Details {
    // An index over expressions is named itself, as index 'name'.
    if subject.hasPrefix("index '"), subject.hasSuffix("'") {
      return .init(constraint: String(subject.dropFirst(7).dropLast()))
    }
    var details = try columnDetails(subject)
    if let table = details.table, let (_, columns) = qualified(subject) {
      details.constraint = try uniqueIndex(of: table, over: columns)
    }
    return details
  }

  private func qualified(_ subject: String) -> (table: String, columns: [String])? {
    let parts = subject.split(separator: ", ").map { $0.split(separator: ".", maxSplits: 1) }
    guard let table = parts.first?.first, parts.allSatisfy({ $0.count == 2 && $0[0] == table })
    else { return nil }
    return (String(table), parts.map { String($0[1]) })
  }
}

extension String {
  /// The first place where `other` stands, without Foundation.
  fileprivate func range(of other: String) -> Range<String.Index>? {
    firstRange(of: other)
  }
}
