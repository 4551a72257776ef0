/// What went wrong, as it was observed.
///
/// Three facts drive behaviour: ``kind`` says what happened, ``connection`` whether the session can
/// be used again, ``execution`` whether the statement may have had an effect. The rest is what the
/// engine told. Nothing is guessed from the wording of a message.
///
/// `description` never holds SQL text, parameter values or passwords; an engine's own message can
/// quote data, so it is kept apart in ``serverMessage`` for those who decide to log it. [ERR-3]
public struct DatabaseError: Error, Sendable {
  // One reference, so that a throwing call does not carry two hundred bytes of error on its way.
  private let storage: DatabaseErrorStorage
  // Beside the reference, and behind it, for the optimiser of Swift 6.3.1. An error of one pointer that
  // becomes an `any Error` ends in the same instruction as a `throw`; merging the two it takes the
  // address of a register, and crashes (signal 11 in release builds, "while splitting coroutine").

  /// What happened.
  public let kind: Kind
  /// Whether the session that reported it can be used again.
  public var connection: ConnectionState { storage.connection }
  /// Whether the statement may have had an effect.
  public var execution: Execution { storage.execution }
  /// What happened to what, in our words; holds no values and no secrets.
  public var message: String { storage.message }
  /// What the engine told beyond the kind: constraint, table, column, codes.
  public var details: Details { storage.details }
  /// The engine's own words, which may quote data. Not part of `description`.
  public var serverMessage: String? { storage.serverMessage }

  /// An error as the driver, or the core, observed it.
  ///
  /// - Parameters:
  ///   - message: what failed and what helps, without values, SQL text or secrets.
  ///   - connection: `.spent` only if the session's state is unknown.
  ///   - execution: `.notSent` only if the engine cannot have seen the statement. Nil, the default, is
  ///     `.completed` for `decoding`, which is met in an answer, and `.rejected` for anything else.
  public init(
    _ kind: Kind, _ message: String, connection: ConnectionState = .usable,
    execution: Execution? = nil, details: Details = Details(), serverMessage: String? = nil
  ) {
    self.kind = kind
    storage = DatabaseErrorStorage(
      connection: connection,
      execution: execution ?? (kind == .decoding ? .completed : .rejected),
      message: message, details: details, serverMessage: serverMessage)
  }

  /// A call that breaks the rules of this library; nothing was sent.
  public static func misuse(_ message: String) -> DatabaseError {
    DatabaseError(.misuse, message, execution: .notSent)
  }

  /// Something this engine or driver cannot do; nothing was sent.
  public static func unsupported(_ message: String) -> DatabaseError {
    DatabaseError(.unsupported, message, execution: .notSent)
  }

  /// The same error, with the index of the row of a bulk call, or of the statement of a batch,
  /// that caused it; nil if it was none of them. [BULK-2, BATCH-1]
  public func atRow(_ index: Int?) -> DatabaseError {
    var details = details
    details.row = index
    return DatabaseError(
      kind, message, connection: connection, execution: execution, details: details,
      serverMessage: serverMessage)
  }

  /// The same error with one fact changed by who knows better.
  public func with(
    kind: Kind? = nil, connection: ConnectionState? = nil, execution: Execution? = nil,
    message: String? = nil
  ) -> DatabaseError {
    DatabaseError(
      kind ?? self.kind, message ?? self.message, connection: connection ?? self.connection,
      execution: execution ?? self.execution, details: details, serverMessage: serverMessage)
  }
}

extension DatabaseError {
  /// What happened, in terms that mean the same on every engine.
  public enum Kind: String, Sendable, CaseIterable, Hashable {
    /// No session could be opened: host, port, file or database.
    case cannotConnect
    /// The server refused the user or the password.
    case authenticationFailed
    /// The encrypted channel could not be set up as demanded.
    case tls
    /// The session ended under the statement.
    case connectionLost
    /// A unique or primary key holds that value already.
    case uniqueViolation
    /// A referenced row is missing, or a row is still referenced.
    case foreignKeyViolation
    /// NULL for a column that refuses it.
    case notNullViolation
    /// A check constraint said no.
    case checkViolation
    /// The engine could not parse the statement.
    case syntax
    /// A table, column, function or other object does not exist.
    case undefinedObject
    /// A number, length or date beyond what the column holds.
    case dataOutOfRange
    /// A value of the wrong form for its type.
    case invalidValue
    /// A concurrent transaction won; repeat the whole transaction.
    case serializationFailure
    /// Two transactions waited for each other; repeat the whole transaction.
    case deadlock
    /// A lock was not granted in time.
    case lockTimeout
    /// The statement ran longer than allowed and was stopped.
    case statementTimeout
    /// The task was cancelled and the statement stopped.
    case cancelled
    /// A write where only reading is allowed.
    case readOnly
    /// The server is not the one that was asked for any more: it was demoted and takes no writes, or has left
    /// its cluster. Nothing was stored, and its sessions are given up; repeat the whole transaction. [HA-2]
    case notPrimary
    /// The user may not do that.
    case permissionDenied
    /// Memory, disk, connections or another resource ran out.
    case resourceExhausted
    /// The transaction failed earlier and takes only a rollback.
    case transactionAborted
    /// No connection became free in time.
    case poolTimeout
    /// This engine or driver cannot do it.
    case unsupported
    /// The call breaks the rules of this library.
    case misuse
    /// A value does not fit the Swift type asked for.
    case decoding
    /// What the engine reported has no kind of its own.
    case other
  }

  /// Whether a session can be used again after the error.
  public enum ConnectionState: String, Sendable, Hashable {
    /// In step with the server; the next statement can follow.
    case usable
    /// Unknown or broken; the pool closes it.
    case spent
  }

  /// Whether the statement may have had an effect.
  public enum Execution: String, Sendable, Hashable {
    /// The engine never saw it; only then does the core repeat a statement by itself.
    case notSent
    /// The engine refused it and undid what it had done.
    case rejected
    /// It may have run: the answer was lost.
    case unknown
    /// The engine carried it out, and what it wrote is stored unless a transaction around it is rolled
    /// back; what failed is the use of its answer, such as reading a column of its row. [EXEC-6]
    case completed
  }

  /// What the engine told beyond the kind. Fields it does not report stay nil.
  public struct Details: Sendable, Hashable {
    /// The five-character SQLSTATE.
    public var sqlState: String?
    /// The engine's own number, such as an extended SQLite result code.
    public var nativeCode: Int?
    /// The violated constraint or index.
    public var constraint: String?
    /// The table concerned.
    public var table: String?
    /// The column concerned; several are joined by a comma and a blank.
    public var column: String?
    /// Where in the statement, in characters from 1.
    public var position: Int?
    /// The server, as host and port, socket path or file.
    public var host: String?
    /// Which row of a bulk call, or which statement of a batch, from 0. [BULK-2, BATCH-1]
    public var row: Int?
    /// The key of the row concerned, as columns and values, where whoever failed had read the row: a
    /// ``DatabaseCopy``. Data of the application, and so not part of the error's `description`. [ERR-3]
    public var key: String?

    /// Details with the facts given; the others stay unknown.
    public init(
      sqlState: String? = nil, nativeCode: Int? = nil, constraint: String? = nil,
      table: String? = nil, column: String? = nil, position: Int? = nil, host: String? = nil,
      row: Int? = nil, key: String? = nil
    ) {
      self.sqlState = sqlState
      self.nativeCode = nativeCode
      self.constraint = constraint
      self.table = table
      self.column = column
      self.position = position
      self.host = host
      self.row = row
      self.key = key
    }
  }
}

extension DatabaseError: CustomStringConvertible {
  /// Kind, message and the engine's facts; never values, SQL text or secrets.
  public var description: String {
    let facts: [(String, String?)] = [
      ("host", details.host), ("sqlstate", details.sqlState),
      ("code", details.nativeCode.map(String.init)), ("constraint", details.constraint),
      ("table", details.table), ("column", details.column),
      ("position", details.position.map(String.init)), ("row", details.row.map(String.init)),
    ]
    let told = facts.compactMap { name, value in value.map { "\(name) \($0)" } }
    return "\(kind.rawValue): \(message)"
      + (told.isEmpty ? "" : " (\(told.joined(separator: ", ")))")
  }
}

private final class DatabaseErrorStorage: Sendable {
  let connection: DatabaseError.ConnectionState
  let execution: DatabaseError.Execution
  let message: String
  let details: DatabaseError.Details
  let serverMessage: String?

  init(
    connection: DatabaseError.ConnectionState, execution: DatabaseError.Execution,
    message: String, details: DatabaseError.Details, serverMessage: String?
  ) {
    self.connection = connection
    self.execution = execution
    self.message = message
    self.details = details
    self.serverMessage = serverMessage
  }
}
