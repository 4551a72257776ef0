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
  /// The types of parameters of statements in batches, as far as they were asked for.
  var batchTypes: [ObjectIdentifier: PostgresBatchTypes] = [:]
  /// What is left to be read of a statement whose rows were not read to the end.
  var leftover: PostgresLeftover?
  /// How often the schema is known to have changed.
  var schema: PostgresSchema
  private(set) lazy var rows = PostgresRows(self)
  private var lastName = 0
  private var lastUse = ContinuousClock.now
  private let listening = Atomic<Listening>(.no)

  /// After this long without use the socket is asked whether the server hung up meanwhile.
  private static let trustedIdleTime = Duration.milliseconds(500)

  init(_ link: PostgresLink, _ options: PostgresOptions) {
    self.link = link
    self.options = options
    schema = PostgresSchema(.of(link))
    link.demand = PostgresDemand(options.target)
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
    noteStatus()
    return link.statusBeforeSending
  }

  // While a statement runs libpq says no more than that, and nothing once the session is lost: what was
  // before stands. A statement therefore takes its note before it is sent.
  @inline(__always)
  private func noteStatus() {
    switch PQtransactionStatus(link.handle) {
    case PQTRANS_IDLE: link.statusBeforeSending = .none
    case PQTRANS_INTRANS: link.statusBeforeSending = .active
    case PQTRANS_INERROR: link.statusBeforeSending = .failed
    default: break
    }
  }

  /// Where the session stood when the statement that runs now began.
  var statusBeforeSending: TransactionStatus { link.statusBeforeSending }

  func statementBegins() { link.cancellation.begin() }

  func interrupt() {
    if listening.load(ordering: .acquiring) == .no { return link.cancellation.stop() }
    listening.store(.interrupted, ordering: .releasing)
    link.watch.wake()
  }

  func abandon() { link.breakOff() }

  var hasEnded: Bool { leftover == nil && (link.isGone() || hasStrayed) }

  /// Whether the server has told that it is not of the kind any more that was asked for. [HA-2]
  private var hasStrayed: Bool {
    options.target != .any
      && options.target.isMissed(link.reported, isUntouched: !(link.demand?.isTold ?? false))
  }

  var endpoint: String? { link.host }

  func leavesState(_ text: StatementText) -> Bool {
    link.demand?.noteChange(by: text)
    return true
  }

  func close() async {
    link.close()
  }

  /// Makes the session ready for a call, and takes note of where it stands: what an earlier one left behind is dealt with.
  ///
  /// - Throws: `connectionLost` if the session ended meanwhile, `cancelled` if the statement was stopped
  ///   before it began; then nothing was sent.
  @inline(__always)
  func begin() async throws(DatabaseError) {
    let now = ContinuousClock.now
    if leftover == nil, link.cancellation.isQuiet, now - lastUse < Self.trustedIdleTime {
      lastUse = now
      noteStatus()
      return
    }
    try await settle()
    lastUse = .now
    noteStatus()
  }

  private func settle() async throws(DatabaseError) {
    try await settleCancellation()
    try checkGoesOn()
    if leftover != nil { try await readLeftover() }
    if PQstatus(link.handle) == CONNECTION_BAD || link.isGone() { throw link.lost(.notSent) }
  }

  /// Waits for the acknowledgement of a request to cancel, so that it cannot hit what follows.
  private func settleCancellation() async throws(DatabaseError) {
    guard link.cancellation.isRequested else { return }
    guard await link.cancellation.settle() else {
      throw strayRequest(.connectionLost, .notSent)
    }
  }

  /// Sends nothing more for a statement that was stopped in an earlier round trip. [CANCEL-5]
  ///
  /// - Throws: `cancelled`, not sent.
  @inline(__always)
  func checkGoesOn() throws(DatabaseError) {
    if link.cancellation.isStopping { throw stopped() }
  }

  private func stopped() -> DatabaseError {
    DatabaseError(
      .cancelled, "the statement was stopped before it was sent", execution: .notSent)
  }

  /// Ends a call: an interruption that came too late must not reach the next statement. [CANCEL-2]
  @inline(__always)
  func finish() async throws(DatabaseError) {
    if schema.awaitsEnd { schema.end(isInTransaction: transactionStatus != .none) }
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
    capabilities.severalHosts = true
    capabilities.nativeBulkInsert = true
    capabilities.nativeBatch = true
    capabilities.nativeBatchInTransaction = true
    capabilities.notifications = true
    return capabilities
  }()
}
