import DriverAPI

/// One promise that a driver breaks on purpose, and the clauses that must notice.
///
/// Each hook stands where a real driver could go wrong; a sabotage sets as few as it needs.
struct Sabotage: Sendable, CustomStringConvertible {
  /// How a statement runs: `proceed` is the honest way.
  typealias Execution =
    @Sendable (Sabotaged, [Value]) async throws(DatabaseError) -> ExecResult

  /// How a batch runs.
  typealias Batch =
    @Sendable (SaboteurConnection, [(text: StatementText, parameters: [Value])])
    async throws(DatabaseError) -> [ExecResult]
  /// How a statement runs in a session that tasks share: the closure is the honest way.
  typealias Pipelined =
    @Sendable (StatementText, () async throws(DatabaseError) -> PipelineResult)
    async throws(DatabaseError) -> PipelineResult

  /// What the driver does wrong.
  let name: String
  /// The clauses that are expected to catch it; they run first.
  let clauses: [String]

  /// The dialects of the engines it can happen on; nil means on any.
  var engines: Set<String>?
  var facts: (@Sendable (inout ServerFacts) -> Void)?
  var capabilities: (@Sendable (inout Capabilities) -> Void)?
  var plan: (@Sendable (any Driver, DatabaseURL) throws(DatabaseError) -> ConnectionPlan)?
  var url: (@Sendable (String) -> String)?
  var connect: (@Sendable () async throws(DatabaseError) -> Void)?
  /// Runs on a new session before it is handed out, and after each reset.
  var greeting: String?
  var text: (@Sendable (String) -> String)?
  var parameters: (@Sendable ([Value]) -> [Value])?
  var parameterCount: (@Sendable (Int?) -> Int?)?
  var exec: Execution?
  var result: (@Sendable (ExecResult, StatementText) -> ExecResult)?
  /// Nil from it swallows the error.
  var error: (@Sendable (DatabaseError) -> DatabaseError?)?
  var columns: (@Sendable (ColumnList, _ hasRows: Bool) -> ColumnList)?
  /// Changes all rows of a result at once.
  var rows: (@Sendable ([[Value]]) -> [[Value]])?
  var value: (@Sendable (Value) -> Value)?
  var status: (@Sendable (TransactionStatus) -> TransactionStatus)?
  var bulk: (@Sendable ([[Value]]) -> [[Value]])?
  var bulkCount: (@Sendable (Int) -> Int)?
  /// What becomes of a batch that the driver takes as a whole.
  var batch: Batch?
  var pipelined: Pipelined?
  /// Nil from it loses the notification.
  var notification: (@Sendable (DatabaseNotification) -> DatabaseNotification?)?
  /// Takes the lock for migrations, or gives it back; answers whether it was to be had.
  var migrationLock:
    (@Sendable (SaboteurConnection, _ takes: Bool) async throws(DatabaseError) -> Bool)?
  /// Whether all expected clauses look at it, also those that take long; otherwise the first that
  /// catches it is enough.
  var meetsAll = false
  /// Interruptions go nowhere that come in the first tenth of a second of a statement.
  var interruptsNotAtOnce = false
  /// Interruptions go nowhere.
  var interruptsNever = false
  /// A session that does not react is not broken off.
  var abandonsNever = false
  /// Sessions that the server has ended look alive.
  var seesNoEnd = false
  /// The server that a session is with is not told.
  var hidesEndpoint = false
  /// An option of the URL that is passed over.
  var passesOver: String?
  /// Only the first host of a URL is tried.
  var knowsOneHost = false
  var keepsRowsOpen = false
  var keepsEveryRow = false
  var skipsReset = false
  /// No statement is said to leave anything behind.
  var seesNoTraces = false
  var interruptsLate = false
  var hangsOnClose = false
  /// An interruption hits the next statement too.
  var interruptsNext = false

  init(_ name: String, _ clauses: String..., change: (inout Sabotage) -> Void) {
    self.init(name, clauses, change: change)
  }

  init(_ name: String, _ clauses: [String], change: (inout Sabotage) -> Void) {
    self.name = name
    self.clauses = clauses
    change(&self)
  }

  var description: String { name }

  /// Whether the driver's rows are looked at one by one.
  var touchesRows: Bool { rows != nil || value != nil || columns != nil || keepsEveryRow }

  /// Whether it can happen on an engine.
  func applies(to dialect: String) -> Bool { engines?.contains(dialect) ?? true }

  /// Whether it is a lie on an engine that can do this much: who denies what it cannot do anyway
  /// tells the truth.
  func changes(_ honest: Capabilities) -> Bool {
    guard let capabilities else { return true }
    var told = honest
    capabilities(&told)
    return told != honest
  }

  /// The same where only these engines make it possible.
  func only(on engines: String...) -> Sabotage {
    var copy = self
    copy.engines = Set(engines)
    return copy
  }

  /// The same, looked at by all the clauses that it names.
  var meetingAll: Sabotage {
    var copy = self
    copy.meetsAll = true
    return copy
  }

  /// The error as the sabotage tells it; nil if it tells nothing.
  func told(_ error: DatabaseError) -> DatabaseError? {
    if let hook = self.error { hook(error) } else { error }
  }
}
