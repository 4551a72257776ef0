import DriverAPI

/// A prepared statement, and the rows of its execution.
final class NAMEStatement: BlockingStatement {
  private let session: NAMESession
  private let text: String
  /// Keeps what is bound where it is until the statement has run.
  private let memory = ParameterMemory()

  /// Prepares it.
  ///
  /// - Throws: `syntax`, `undefinedObject` …; the session stays usable.
  init(_ text: StatementText, on session: NAMESession) throws(DatabaseError) {
    self.session = session
    self.text = text.text
    throw notWritten("NAMEStatement.init: prepare the text")
  }

  func execute(_ parameters: [Value]) throws(DatabaseError) {
    // Bind every value, by `memory.copy` where the library keeps a pointer. Then
    // session.calls.interruptible(cancel: { … }) { … } around the call that may take long.
    throw notWritten("NAMEStatement.execute: bind \(parameters.count) values and run")
  }

  func result() throws(DatabaseError) -> ExecResult {
    throw notWritten("NAMEStatement.result: how many rows were matched")
  }

  func columns() throws(DatabaseError) -> ColumnList {
    throw notWritten("NAMEStatement.columns: the names of the columns, and their types")
  }

  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool {
    throw notWritten("NAMEStatement.fetchRow: append a cell for each column, or answer false")
  }

  func closeRows() { memory.removeAll() }

  func free() {}
}
