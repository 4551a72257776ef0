import CPostgres
import DriverAPI

/// What is left to be read of a statement whose rows nobody wants any more.
struct PostgresLeftover {
  /// Where the session stands as soon as that is read.
  var status: TransactionStatus
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
    for _ in 0..<Self.cheapResultCount {
      if PQisBusy(link.handle) != 0, PQconsumeInput(link.handle) == 0 || PQisBusy(link.handle) != 0
      {
        break
      }
      guard let result = PQgetResult(link.handle) else { return }
      PQclear(result)
    }
    leftover = PostgresLeftover(status: status)
    if status == .none, text.isReadOnly { link.cancellation.request() }
  }

  /// Reads what is left of an earlier statement. An error there is nobody's any more.
  func readLeftover() async throws(DatabaseError) {
    while let result = try await link.nextResult() { PQclear(result) }
    leftover = nil
  }
}
