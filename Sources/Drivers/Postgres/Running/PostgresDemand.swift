import DriverAPI

/// That a session be with a server that takes writes, and what tells a server that does so no more from a
/// transaction that only reads. [HA-2, HA-3]
///
/// The server has one SQLSTATE for both. Why it refuses a write it cannot be asked in a transaction, which
/// has failed by then; so what the session itself was told is noted as it is told.
struct PostgresDemand {
  static let sqlState = "25006"

  let target: PostgresTarget
  /// Whether a statement may have changed what transactions of the session may do.
  private(set) var isTold = false
  private var transactionIsTold = false

  /// The demand of a URL, if it makes one.
  init?(_ target: PostgresTarget) {
    guard target.takesWrites else { return nil }
    self.target = target
  }

  /// A statement is about to run that leaves something behind in the session.
  mutating func noteChange(by text: StatementText) {
    if text.mentionsOnly { isTold = true }
  }

  /// A statement succeeded; `tag` is what the server calls it.
  @inline(__always)
  mutating func noteSuccess(_ tag: UnsafePointer<CChar>, of text: StatementText?) {
    switch (UInt8(bitPattern: tag[0]), UInt8(bitPattern: tag[1])) {
    // BEGIN, START TRANSACTION
    case (UInt8(ascii: "B"), UInt8(ascii: "E")), (UInt8(ascii: "S"), UInt8(ascii: "T")):
      transactionIsTold = text?.mentionsOnly ?? false
    // SET
    case (UInt8(ascii: "S"), UInt8(ascii: "E")) where tag[2] == CChar(bitPattern: UInt8(ascii: "T")):
      if text?.mentionsOnly ?? false { transactionIsTold = true }
    default: break
    }
  }

  /// The session is as it was when it began.
  mutating func noteReset() { (isTold, transactionIsTold) = (false, false) }

  /// Whether an error tells that the server is not the one that was asked for.
  ///
  /// - Parameters:
  ///   - status: where the session stood before the statement.
  ///   - reported: the value of a setting that the server told.
  func isUnmet(
    _ sqlState: String, in status: TransactionStatus, _ reported: (String) -> String?
  ) -> Bool {
    let isStandby = reported("in_hot_standby") == "on"
    // A standby refuses serializable transactions as something that it cannot do.
    if isStandby { return sqlState == Self.sqlState || sqlState == "0A000" }
    guard sqlState == Self.sqlState, target == .readWrite, !isTold else { return false }
    return status == .none || !transactionIsTold
  }
}

extension StatementText {
  /// Whether READ ONLY, or a setting of that name, may be part of it: the word stands somewhere.
  fileprivate var mentionsOnly: Bool { text.utf8.map { $0 & 0xDF }.contains("ONLY".utf8) }
}
