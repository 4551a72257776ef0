import CPostgres
import DriverAPI
import EventLoop
import Synchronization

/// A session for one task at a time.
///
/// libpq is called on the caller's thread, never blocking: what has to be waited for is waited for
/// at the socket. `@unchecked Sendable`: the lease gives the session to one task at a time;
/// ``interrupt()`` is the one call from elsewhere, and what it touches has locks.
final class PostgresConnection: DriverConnection, @unchecked Sendable {
  let link: PostgresLink
  let options: PostgresOptions
  let server: ServerFacts
  let parameters = PostgresParameters()
  /// Names of statements that the server still knows and nobody uses any more.
  var discarded: [String] = []
  /// What the domains are made of that parameters had, and every other type of a user itself.
  var domainBases: [UInt32: UInt32] = [:]
  /// What is left to be read of a statement whose rows were not read to the end.
  var leftover: PostgresLeftover?
  private(set) lazy var rows = PostgresRows(self)
  private var lastStatus = TransactionStatus.none
  private var lastName = 0
  private var lastUse = ContinuousClock.now
  private let listening = Atomic<Listening>(.no)

  /// After this long without use the socket is asked whether the server hung up meanwhile.
  private static let trustedIdleTime = Duration.milliseconds(500)

  init(_ link: PostgresLink, _ options: PostgresOptions) {
    self.link = link
    self.options = options
    let version = PQparameterStatus(link.handle, "server_version").map { String(cString: $0) } ?? ""
    server = ServerFacts(
      product: "PostgreSQL", version: version, dialect: .postgres, capabilities: .libpq)
  }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    PostgresStatement(text, on: self, isKept: isKept)
  }

  var transactionStatus: TransactionStatus {
    if let leftover { return leftover.status }
    switch PQtransactionStatus(link.handle) {
    case PQTRANS_INTRANS: lastStatus = .active
    case PQTRANS_INERROR: lastStatus = .failed
    // While a statement runs libpq says no more than that.
    case PQTRANS_ACTIVE: break
    default: lastStatus = .none
    }
    return lastStatus
  }

  func interrupt() {
    if listening.load(ordering: .acquiring) == .no { return link.cancellation.request() }
    listening.store(.interrupted, ordering: .releasing)
    link.watch.wake()
  }

  func abandon() { link.breakOff() }

  var hasEnded: Bool { leftover == nil && link.isGone() }

  func close() async {
    link.close()
  }

  /// Makes the session ready for a call: what an earlier one left behind is dealt with.
  ///
  /// - Throws: `connectionLost` if the session ended meanwhile; then nothing was sent.
  @inline(__always)
  func begin() async throws(DatabaseError) {
    let now = ContinuousClock.now
    if leftover == nil, !link.cancellation.isRequested, now - lastUse < Self.trustedIdleTime {
      lastUse = now
      return
    }
    try await settle()
    lastUse = .now
  }

  private func settle() async throws(DatabaseError) {
    try await settleCancellation()
    if leftover != nil { try await readLeftover() }
    if PQstatus(link.handle) == CONNECTION_BAD || link.isGone() { throw link.lost(.notSent) }
  }

  /// Waits for the acknowledgement of a request to cancel, so that it cannot hit what follows.
  private func settleCancellation() async throws(DatabaseError) {
    guard link.cancellation.isRequested else { return }
    guard await link.cancellation.settle() else {
      throw strayRequest(.connectionLost, .notSent)
    }
    // The request may have been meant for the call that is just beginning.
    if Task.isCancelled {
      throw DatabaseError(
        .cancelled, "the task was cancelled before the statement was sent", execution: .notSent)
    }
  }

  /// Ends a call: an interruption that came too late must not reach the next statement. [CANCEL-2]
  @inline(__always)
  func finish() async throws(DatabaseError) {
    if link.cancellation.isRequested { try await awaitAcknowledgement() }
  }

  private func awaitAcknowledgement() async throws(DatabaseError) {
    guard await link.cancellation.settle() else {
      throw strayRequest(.cancelled, .unknown)
    }
  }

  private func strayRequest(
    _ kind: DatabaseError.Kind, _ execution: DatabaseError.Execution
  ) -> DatabaseError {
    DatabaseError(
      kind, "a request to cancel is still on its way to \(link.host); the connection is given up",
      connection: .spent, execution: execution, details: .init(host: link.host))
  }

  /// A name that no statement of this session has had.
  func makeName() -> String {
    lastName += 1
    return "d\(lastName)"
  }

  /// The server runs nothing from now on: an interruption only ends the waiting.
  func beginListening() { listening.store(.yes, ordering: .releasing) }

  func endListening() { listening.store(.no, ordering: .releasing) }

  var isInterruptedListening: Bool { listening.load(ordering: .acquiring) == .interrupted }

  private enum Listening: UInt8, AtomicRepresentable {
    case no, yes, interrupted
  }
}

extension Capabilities {
  /// What PostgreSQL can do with this driver.
  static let libpq: Capabilities = {
    var capabilities = Capabilities.postgres
    capabilities.nativeBulkInsert = true
    capabilities.nativeBatch = true
    capabilities.notifications = true
    return capabilities
  }()
}
