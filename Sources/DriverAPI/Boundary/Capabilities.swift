/// What an engine can do beyond what every driver must.
///
/// A flag that is off is a promise too: the call throws `unsupported` and nothing happens. The
/// conformance suite proves either side. The core never finds out by trying.
public struct Capabilities: Sendable, Hashable {
  /// Data outlives the last connection.
  public var durableStorage = true
  /// Other sessions read while one has a write transaction open.
  public var concurrentReads = true
  /// Several sessions have write transactions open at once.
  public var concurrentWrites = true
  /// DDL is undone by a rollback; where it is not, it commits what was open. The only place that says
  /// so: transactions and migrations go by it. [TX-10]
  public var transactionalDDL = true
  /// A table can be used in the transaction that made it; otherwise only after the commit. [MIG-3]
  public var newTablesAtOnce = true
  /// Integers above `Int64.max`. [TYPE-1]
  public var unsignedIntegers = false
  /// NaN as a value of a double. [TYPE-1]
  public var notANumber = true
  /// Infinities as values of a double. [TYPE-1]
  public var infinities = true
  /// The sign of a negative zero. [TYPE-1]
  public var negativeZero = true
  /// NUL inside text. [TYPE-2]
  public var nulInText = true
  /// The count of an update is that of the rows it matched; where it is that of the rows it changed,
  /// the core asks once more in an upsert. [EXEC-1]
  public var matchedRowCounts = true
  /// Rows are inserted or else changed, or left alone if they exist. Off where ``Dialect/upsertForm`` is
  /// ``UpsertForm/unsupported``. [UPSERT-1]
  public var upserts = true
  /// Violations tell the constraint, the table or the column. [ERR-2]
  public var violationDetails = true
  /// The server finds deadlocks between sessions by itself. [TX-7]
  public var deadlockDetection = true
  /// Isolation below serializable has its own behaviour. [TX-5]
  public var weakIsolation = true
  /// An existing session notices when the server goes away. [CONN-5]
  public var networkSession = true
  /// The driver has the sockets of its sessions: TCP watches over each, and one that the server has ended
  /// while it was idle is known without a question. Off where a client library keeps them to itself: the
  /// health check finds such a session, and limits end what waits for a dead host. Not asked where
  /// ``networkSession`` is off. [CONN-9, POOL-10]
  public var socketAccess = true
  /// URLs can name several servers of one database. Of those the options `target_session_attrs` and
  /// `load_balance_hosts` choose, as libpq has them, and a server that is not the one asked for any more is
  /// told by ``DatabaseError/Kind/notPrimary``. [HA-1]
  public var severalHosts = false
  /// ``DriverConnection/ping()`` is there. [CONN-1]
  public var nativePing = false
  /// ``DriverConnection/bulkInsert(into:columns:rows:)`` is there. [BULK-1]
  public var nativeBulkInsert = false
  /// ``DriverConnection/execBatch(_:)`` is there. [BATCH-1]
  public var nativeBatch = false
  /// That call may be made inside a transaction too, with the words of a savepoint as its first and last
  /// statement. One that fails leaves the transaction as it was before the call, or failed. [BATCH-1]
  public var nativeBatchInTransaction = false
  /// Sessions can listen for notifications. [NOTIFY-1]
  public var notifications = false

  /// Whether a migration can be one transaction: it happens whole or not at all. [MIG-3]
  public var wholeMigrations: Bool { transactionalDDL && newTablesAtOnce }

  /// Whether it is known without a question that the server has ended a session. [POOL-10]
  public var watchesServer: Bool { networkSession && socketAccess }

  /// The capabilities of a client/server engine that does everything standard and nothing more.
  public init() {}
}
