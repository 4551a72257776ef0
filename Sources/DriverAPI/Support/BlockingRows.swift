/// The rows of a ``BlockingStatement``, fetched page by page on the thread of its connection.
///
/// `@unchecked Sendable`: the page is filled on that thread while the reader waits for it.
final class BlockingRows<Session: BlockingSession>: DriverRows, @unchecked Sendable {
  let columns: ColumnList
  private let statement: Session.Statement
  private let prepared: BlockingPrepared<Session>
  private let page: RowPage
  private var isAtEnd: Bool

  /// The rows of a statement that has just been executed, with the first page of them.
  init(
    of statement: Session.Statement, _ prepared: BlockingPrepared<Session>
  ) throws(DatabaseError) {
    (self.statement, self.prepared) = (statement, prepared)
    columns = try statement.columns()
    page = RowPage(columnCount: columns.count)
    isAtEnd = columns.count == 0
    if !isAtEnd { try fillPage() }
  }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    page.takeRow(into: cells) ? .row : isAtEnd ? .done : .wait
  }

  /// A task that is cancelled meanwhile waits no longer than the connection's patience, also for a server
  /// that says nothing more. [CANCEL-7]
  func wait() async throws(DatabaseError) {
    let connection = prepared.connection
    let outcome: Result<Void, DatabaseError> = await withTaskCancellationHandler {
      do throws(DatabaseError) {
        try await connection.run(prepared.text) { () throws(DatabaseError) in try self.fillPage() }
        return .success(())
      } catch {
        return .failure(error)
      }
    } onCancel: {
      connection.interrupt()
    }
    try outcome.get()
  }

  func close() {
    // Asked now: when the thread comes to it, the next statement may have begun.
    let wasInterrupted = prepared.connection.wasInterrupted
    prepared.connection.runLater { self.prepared.end(wasInterrupted: wasInterrupted) }
  }

  private func fillPage() throws(DatabaseError) {
    page.removeAll()
    while !page.isFull {
      guard try statement.fetchRow(into: page) else {
        isAtEnd = true
        return
      }
    }
  }
}
