import struct Synchronization.Atomic

/// Which transaction or savepoint of a connection takes statements, and what is known of one that ended
/// before its closure did.
final class TransactionScope: Sendable {
  /// That of the step outside of plain statements on data that came last.
  private let lastKeyword = Mutex("")
  // Asked before every statement, hence no lock.
  private let leavesTransaction = Atomic<Bool>(false)
  private let innermost = Atomic<UInt64>(0)
  private let lastNumber = Atomic<UInt64>(0)

  /// A number for a transaction or savepoint, never used again on this connection.
  func nextNumber() -> UInt64 { lastNumber.add(1, ordering: .relaxed).newValue }

  /// Whether a transaction is open.
  var isOpen: Bool { innermost.load(ordering: .relaxed) != 0 }

  /// Whether that transaction or savepoint is the innermost that is open.
  func isInnermost(_ number: UInt64) -> Bool { innermost.load(ordering: .relaxed) == number }

  /// Opens one in another, 0 for none; false if the other is not the innermost.
  func open(_ number: UInt64, in parent: UInt64) -> Bool {
    let opened = innermost.compareExchange(
      expected: parent, desired: number, ordering: .acquiringAndReleasing
    ).exchanged
    if opened, parent == 0 {
      lastKeyword.withLock { $0 = "" }
      leavesTransaction.store(false, ordering: .relaxed)
    }
    return opened
  }

  /// Goes back to the one around it.
  func close(_ number: UInt64, in parent: UInt64) {
    _ = innermost.compareExchange(
      expected: number, desired: parent, ordering: .acquiringAndReleasing)
  }

  /// A statement that is not plain data is about to be sent.
  func note(_ text: StatementText) {
    lastKeyword.withLock { $0 = text.leadingKeyword }
    // COMMIT AND CHAIN leaves a session in a transaction too, but in another one.
    if text.transactionStep != nil { leavesTransaction.store(true, ordering: .relaxed) }
  }

  /// Whether the application itself ended the transaction, whatever the session says now.
  var wasLeft: Bool { leavesTransaction.load(ordering: .relaxed) }

  /// What became of a transaction that ended inside its closure.
  ///
  /// - Parameter failure: the kind of the error after which it was found to have ended.
  func account(
    of failure: DatabaseError.Kind?, undoesDDL: Bool
  ) -> (words: String, isRolledBack: Bool) {
    let keyword = lastKeyword.withLock { $0 }
    switch (keyword, failure) {
    case ("COMMIT", nil), ("END", nil):
      return ("it was committed by a \(keyword) in it", false)
    case ("ROLLBACK", nil), ("ABORT", nil):
      return ("it was rolled back by a \(keyword) in it", true)
    case _ where !keyword.isEmpty && !wasLeft && !undoesDDL:
      return ("the engine committed what came before \(keyword)", false)
    case (_, let failure?):
      return ("the engine rolled it back when a statement failed (\(failure.rawValue))", true)
    default: return ("the engine ended it", false)
    }
  }
}
