/// How a statement moves the transaction of its session.
public enum TransactionStep: Sendable, Hashable {
  /// Begins one, with the isolation level if the application asked for one, and whether it only reads.
  case begin(TransactionOptions)
  /// Ends it and keeps what was done.
  case commit
  /// Ends it and undoes what was done.
  case rollback
}

extension StatementText {
  /// How the statement moves the transaction; nil for savepoints and everything else.
  ///
  /// For drivers whose client library begins and ends transactions by calls of its own, and for
  /// those whose library does not tell where the session stands.
  public var transactionStep: TransactionStep? {
    switch leadingKeyword {
    case "BEGIN", "START": .begin(writtenOptions)
    case "SET" where setsOutTransaction: .begin(writtenOptions)
    case "COMMIT", "END": .commit
    case "ROLLBACK", "ABORT": namesSavepoint ? nil : .rollback
    default: nil
    }
  }

  /// Whether a rollback ends somewhere within the transaction: `… TO SAVEPOINT name`, or, on SQL Server,
  /// `ROLLBACK TRANSACTION name`.
  private var namesSavepoint: Bool {
    let sql = text.uppercased()
    if sql.contains(" TO ") { return true }
    let words = sql.pieces(omittingEmpty: true) {
      $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: ";")
    }
    guard let last = words.indices.first(where: { ["TRAN", "TRANSACTION"].contains(words[$0]) }),
      words.indices.contains(last + 1)
    else { return false }
    return words[last + 1] != "AND"
  }

  /// What a beginning says of the transaction, in the words of ``TransactionWords/calls``.
  private var writtenOptions: TransactionOptions {
    let words = text.uppercased()
    return TransactionOptions(
      isolation: IsolationLevel.allCases.first { words.hasSuffix($0.rawValue) },
      isReadOnly: words.contains("READ ONLY"))
  }
}
