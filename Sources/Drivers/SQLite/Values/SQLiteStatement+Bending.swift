import CSQLite
import DriverAPI

/// SQLite makes of a value what the column it is stored in prefers, without a word: of text that writes a
/// number a double, of a double text of 15 digits. Where that changes the value it is refused, before
/// anything runs. [TYPE-8]
extension SQLiteStatement {
  /// Refuses a parameter that one of these kinds of columns would change, if it is stored in one.
  ///
  /// - Throws: `unsupported` with the parameter's position, never its value.
  func refuse(_ bending: SQLiteAffinities, at index: Int32) throws(DatabaseError) {
    let affected = try storage(isCertain: true).affinities(of: Int(index)).intersection(bending)
    if affected == .none { return }
    let remedy =
      affected == .text
      ? "a double would become text of 15 digits: declare the column REAL, or bind text"
      : "its digits would become a double's: declare the column TEXT, which keeps them"
    throw .unsupported("parameter \(index) would not be stored as it is; \(remedy)")
  }

  /// Refuses a double that a column of text would change.
  ///
  /// Most statements have been looked at by their second double, and then one bit answers.
  @inline(__always)
  func checkDouble(_ double: Double, at index: Int32) throws(DatabaseError) {
    if storesInText >> UInt64(index & 63) & 1 != 0, double.mayLoseDigitsAsText {
      try checkDoubleInText(double, at: index)
    }
  }

  private func checkDoubleInText(_ double: Double, at index: Int32) throws(DatabaseError) {
    // For one execution to look at the value is cheaper than to look at the statement.
    if isKept { _ = try storage() }
    if storesInText >> UInt64(index & 63) & 1 != 0, double.losesDigitsAsText {
      try refuse(.text, at: index)
    }
  }

  /// Found out when it is first needed, and again when the statement was prepared again.
  ///
  /// - Parameter isCertain: also when another process has changed the schema since, which the library sees
  ///   only when the statement runs. It costs a look into the file. [STMT-4]
  private func storage(isCertain: Bool = false) throws(DatabaseError) -> SQLiteParameterStorage {
    let preparation = sqlite3_stmt_status(handle, SQLITE_STMTSTATUS_REPREPARE, 0)
    let schema = isCertain ? try connection.schemaVersion() : nil
    if let known = parameterStorage, known.preparation == preparation,
      schema == nil || known.schema == schema
    {
      return known.storage
    }
    if isCertain { try connection.readSchema() }
    let storage = try SQLiteParameterStorage(text, connection)
    parameterStorage = (preparation, schema, storage)
    storesInText = storage.parametersInText
    return storage
  }
}

extension Double {
  /// False for whole numbers and for those of a few binary places, which need no more than 15 digits.
  fileprivate var mayLoseDigitsAsText: Bool {
    let scaled = self * 256
    return scaled != scaled.rounded() || magnitude >= 1e7
  }

  /// Whether 15 digits, with which SQLite writes a double, do not say which one it is.
  fileprivate var losesDigitsAsText: Bool {
    var text = description
    return text.withUTF8 { SQLiteNumberText($0).map { !$0.fitsDouble } ?? true }
  }
}
