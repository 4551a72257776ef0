/// A statement that is none: what it does is a call of the client library.
final class TransactionCall<Session: BlockingSession>: DriverStatement {
  let parameterCount: Int? = 0
  private let step: TransactionStep
  private let connection: BlockingConnection<Session>

  init(_ step: TransactionStep, on connection: BlockingConnection<Session>) {
    (self.step, self.connection) = (step, connection)
  }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    let (step, connection) = (step, connection)
    try await connection.calls.run(heedingCancellation: false) { () throws(DatabaseError) in
      do throws(DatabaseError) { try connection.session.carryOut(step) } catch {
        // An end that fails ends the transaction too.
        connection.note(TransactionStatus.none)
        throw connection.observed(error)
      }
      // After the call: a session that knows where it stands is asked then, and not before.
      if case .begin = step {
        connection.note(.active)
      } else {
        connection.note(TransactionStatus.none)
      }
    }
    return ExecResult(rowCount: 0)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    _ = try await exec(parameters)
    return NoRows()
  }

  func finalize() {}
}

/// The rows of what gives none.
private final class NoRows: DriverRows {
  let columns = ColumnList([])

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep { .done }

  func wait() async throws(DatabaseError) {}

  func close() {}
}
