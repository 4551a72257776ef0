import DriverAPI
import Logging

/// The right to serve a database, which one server has at a time: two would take each other's users
/// for absent.
///
/// A row tells who serves, and is renewed by the database's clock. A server that was killed leaves it
/// behind: on the same machine the next one sees that its process is gone, from elsewhere it waits
/// until the row is old.
struct ServerLease: Sendable {
  /// Who serves, or wants to.
  struct Holder: Sendable, Equatable {
    /// The machine's name.
    var host: String
    /// What tells the process from every other on that machine, also from a later one of its number.
    var process: String
    /// Where it listens.
    var address: String
  }

  /// Why a server may not serve.
  struct Refusal: Error, CustomStringConvertible {
    var holder: Holder
    /// Whether several servers can serve such a database.
    var isShareable: Bool

    var description: String {
      "another server serves this database already: process \(holder.process) on \(holder.host), "
        + "which listens on \(holder.address); stop it first"
        + (isShareable
          ? ", or set DOVETAIL_SHARED_DATABASE=on for all of them if they are meant to be one chat"
          : "; this engine takes one server at a time, whatever DOVETAIL_SHARED_DATABASE says")
    }
  }

  /// How long a lease holds that is not renewed.
  static let lifetime = Duration.seconds(15)
  /// How often it is renewed.
  static let interval = Duration.seconds(5)

  private enum Answer {
    case taken
    case held(Holder, renewedAt: WireTime)
  }

  private let database: Database
  private let token: String
  private let holder: Holder
  private let isGone: @Sendable (Holder) -> Bool

  /// A lease that was not taken yet.
  ///
  /// - Parameter isGone: whether a holder on this machine is known to have ended.
  init(
    _ database: Database, for holder: Holder,
    isGone: @escaping @Sendable (Holder) -> Bool = { _ in false }
  ) {
    self.database = database
    self.holder = holder
    self.isGone = isGone
    token = String(UInt64.random(in: .min ... .max), radix: 36)
  }

  /// The columns of its table. No migration: whoever is refused must not have changed the schema under
  /// the server that is at work.
  private static func columns(_ dialect: Dialect) -> String {
    let key = dialect.typeName(.key(maxLength: 191))
    return """
      id \(dialect.typeName(.int)) NOT NULL PRIMARY KEY, token \(key) NOT NULL, host \(key) NOT NULL, \
      process \(key) NOT NULL, address \(key) NOT NULL, \
      renewed_at \(dialect.typeName(.timestamp)) NOT NULL
      """
  }

  /// Makes its table, if nobody has yet.
  ///
  /// An engine may refuse one of two who do so at the same moment, although it is told that the table may
  /// be there: whatever it says, what counts is that there is one.
  func makeTable() async throws {
    if try await hasTable() { return }
    do {
      try await database.createTable(
        ifMissing: "server_lease", Self.columns(database.dialect))
    } catch {
      guard try await hasTable() else { throw error }
    }
  }

  private func hasTable() async throws -> Bool {
    try await database.tableNames().contains("server_lease")
  }

  /// Takes the lease, waiting for one to end that nobody renews.
  ///
  /// - Throws: ``Refusal`` if somebody renews it.
  func take(_ logger: Logger) async throws {
    try await makeTable()
    var seen: WireTime?
    while true {
      switch try await ask() {
      case .taken: return
      case .held(let other, let renewedAt):
        if let seen, seen != renewedAt {
          throw Refusal(holder: other, isShareable: BatchLedger.isNeeded(for: database))
        }
        if seen == nil {
          logger.notice(
            "another server may serve this database; waiting to see whether it is alive",
            metadata: ["host": "\(LogText.line(other.host))", "process": "\(other.process)"])
        }
        seen = renewedAt
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  /// Renews it until the task is cancelled, or somebody else has it.
  ///
  /// - Returns: whether it was lost.
  func keep(_ logger: Logger) async -> Bool {
    while true {
      do {
        try await Task.sleep(for: Self.interval)
        guard try await renew() else { return true }
      } catch {
        if Task.isCancelled { return false }
        logger.error("the lease was not renewed", metadata: ["error": "\(error)"])
      }
    }
  }

  /// Gives it back. Where the database does not answer, it ends by itself.
  func release(_ logger: Logger) async {
    do {
      try await database.exec("DELETE FROM server_lease WHERE id = 1 AND token = ?", token)
    } catch {
      logger.error("the lease was not given back", metadata: ["error": "\(error)"])
    }
  }

  /// Who serves a database now; nil if nobody does. Changes nothing in it.
  ///
  /// - Parameter isGone: whether a process of this machine has ended.
  static func holder(
    in database: Database, _ isGone: (String) -> Bool
  ) async throws -> Holder? {
    guard try await database.tableNames().contains("server_lease") else { return nil }
    let now: SQL = "\(raw: database.dialect.currentTimestamp)"
    let row = try await database.queryRow(
      "SELECT host, process, address, renewed_at, \(now) FROM server_lease WHERE id = 1",
      as: (String, String, String, WireTime, WireTime).self)
    guard let (host, process, address, renewedAt, now) = row else { return nil }
    let holder = Holder(host: host, process: process, address: address)
    let age = Duration.microseconds(now.microseconds - renewedAt.microseconds)
    let isOver = age > lifetime || (host == ProcessIdentity.host && isGone(process))
    return isOver ? nil : holder
  }

  private func renew() async throws -> Bool {
    let now: SQL = "\(raw: database.dialect.currentTimestamp)"
    let result = try await database.exec(
      "UPDATE server_lease SET renewed_at = \(now) WHERE id = 1 AND token = \(token)")
    return result.rowCount == 1
  }

  private func ask() async throws -> Answer {
    do {
      return try await database.transaction(retrying: RetryPolicy()) { transaction in
        try await ask(transaction)
      }
    } catch let error as DatabaseError where error.kind == .uniqueViolation {
      // Somebody else was first by a moment.
      return try await ask()
    }
  }

  private func ask(_ transaction: Transaction) async throws -> Answer {
    let now: SQL = "\(raw: database.dialect.currentTimestamp)"
    let row = try await transaction.queryRow(
      "SELECT host, process, address, renewed_at, \(now) FROM server_lease WHERE id = 1",
      as: (String, String, String, WireTime, WireTime).self)
    if let (host, process, address, renewedAt, now) = row {
      let other = Holder(host: host, process: process, address: address)
      let age = Duration.microseconds(now.microseconds - renewedAt.microseconds)
      let isOver = age > Self.lifetime || (host == holder.host && isGone(other))
      guard isOver else { return .held(other, renewedAt: renewedAt) }
    }
    try await transaction.exec("DELETE FROM server_lease WHERE id = 1")
    try await transaction.exec(
      """
      INSERT INTO server_lease (id, token, host, process, address, renewed_at) \
      VALUES (1, \(token), \(holder.host), \(holder.process), \(holder.address), \(now))
      """)
    return .taken
  }
}
