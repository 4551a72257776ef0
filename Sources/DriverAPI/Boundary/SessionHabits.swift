/// What the sessions of a blocking library do in their own way, for ``BlockingConnection`` to heed.
public struct SessionHabits: Sendable {
  /// How a kept statement learns that its tables have changed since it was prepared. [STMT-1]
  public enum StalePlans: Sendable {
    /// By itself: the server or the library prepares it again.
    case renewed
    /// By an error: outside a transaction it is then prepared again, and run once more.
    case reported(@Sendable (DatabaseError) -> Bool)
    /// Not at all: it is prepared for each execution, and freed after it. Also for engines where nobody
    /// can change a table while a statement on it is prepared.
    case unnoticed
  }

  /// Whether a transaction takes nothing but a rollback after any error; otherwise only a deadlock
  /// does that. Not asked where ``BlockingSession/transactionStatus`` is known. [TX-4]
  public var errorsEndTransaction = false
  /// Whether transactions begin and end by ``BlockingSession/carryOut(_:)``, because of a statement
  /// that does so the library takes no notice. Give the dialect ``TransactionWords/calls`` then.
  public var hasTransactionCalls = false
  /// How a kept statement learns that its tables have changed.
  public var stalePlans = StalePlans.renewed

  /// Whether a statement that seems to leave something behind in the session really does; see
  /// ``DriverConnection/leavesState(_:)``. Called on any thread.
  public var leavesState: @Sendable (StatementText) -> Bool = { _ in true }
  /// Whether a statement that is kept holds its tables; see
  /// ``DriverConnection/keptStatementsHoldTables``.
  public var keptStatementsHoldTables = false

  /// The habits of most libraries.
  public init() {}
}
