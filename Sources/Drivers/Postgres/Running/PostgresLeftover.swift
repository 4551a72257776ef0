import CPostgres
import DriverAPI

/// What is left to be read of a statement whose rows nobody wants any more.
struct PostgresLeftover {
  /// Where the session stands as soon as that is read, unless an error is in it.
  var status: TransactionStatus
  /// What the rows failed with that were read so far.
  var failure: DatabaseError?
}

extension PostgresConnection {
  /// How much is read off at once when rows are closed early; beyond it the statement is cancelled.
  private static let cheapResultCount = 256

  /// Leaves the running statement alone. Called when its rows are closed early; does not wait.
  ///
  /// What has arrived is read. If that is not all the server is asked to stop, so that leaving early
  /// is cheap for both sides; but not within a transaction, which a cancelled statement would spoil,
  /// and not if the statement may have an effect, which would be undone. [QUERY-3]
  func abandon(_ text: StatementText, in status: TransactionStatus) {
    leftover = PostgresLeftover(status: status)
    for _ in 0..<Self.cheapResultCount {
      if PQisBusy(link.handle) != 0, PQconsumeInput(link.handle) == 0 || PQisBusy(link.handle) != 0
      {
        break
      }
      guard let result = PQgetResult(link.handle) else {
        if leftover?.failure == nil { leftover = nil }
        return
      }
      noteLeftover(result)
    }
    guard status == .none, text.isReadOnly else { return }
    link.cancellation.request()
  }

  /// Reads what is left of an earlier statement.
  ///
  /// - Throws: the end of the session; in a transaction, which it has spoilt, also what the rest of the
  ///   rows failed with. Otherwise an error there is nobody's any more: the statement only read.
  func readLeftover() async throws(DatabaseError) {
    while let result = try await link.nextResult() { noteLeftover(result) }
    let failure = leftover?.failure
    leftover = nil
    guard let failure else { return }
    if failure.connection == .spent { throw failure.with(execution: .notSent) }
    throw failure.with(
      message: "a statement failed after its rows had been left: \(failure.message)")
  }

  private func noteLeftover(_ result: OpaquePointer) {
    defer { PQclear(result) }
    guard PQresultStatus(result) == PGRES_FATAL_ERROR, leftover?.failure == nil else { return }
    let error = link.error(in: result)
    if error.connection == .spent || leftover?.status == .active { leftover?.failure = error }
  }
}
