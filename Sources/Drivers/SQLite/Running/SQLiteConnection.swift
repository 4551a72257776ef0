import CSQLite
import DriverAPI
import struct Synchronization.Atomic

/// One handle on a database file or on a database in memory.
///
/// Opened `SQLITE_OPEN_NOMUTEX`, because the lease already gives it to one task at a time and
/// SQLite's own lock costs a fifth of the streaming speed. `@unchecked Sendable` for the same reason;
/// ``interrupt()`` is the one call from elsewhere, and SQLite allows it from any thread.
final class SQLiteConnection: DriverConnection, @unchecked Sendable {
  let handle: OpaquePointer
  let options: SQLiteOptions
  let role: ConnectionRole
  /// Whether the running statement is cut short when its task is cancelled. [CANCEL-1]
  var heedsCancellation = false
  /// The settings that a reset goes back to, besides those of the driver's own; nil as long as no statement
  /// may have changed one, and without those that could not be read a session is not put back.
  var initialSettings: Result<[(name: String, value: String)], DatabaseError>?
  // SQLite itself knows of an interruption only while a statement runs, not while one waits for a lock.
  private let isInterrupted = Atomic<Bool>(false)

  let noticesCancellation = true

  let server: ServerFacts

  init(_ options: SQLiteOptions, _ role: ConnectionRole) throws(DatabaseError) {
    self.options = options
    self.role = role
    server = ServerFacts(
      product: "SQLite", version: String(cString: sqlite3_libversion()), dialect: .sqlite,
      capabilities: .sqlite(inMemory: options.isInMemory))
    var handle: OpaquePointer?
    if let vfs = options.vfs, sqlite3_vfs_find(vfs) == nil {
      throw .misuse("the option 'vfs' names no module of this SQLite; leave it out for the default")
    }
    let result = sqlite3_open_v2(
      options.openName, &handle, Self.flags(options, role), options.vfs)
    guard result == SQLITE_OK, let handle else {
      defer { sqlite3_close_v2(handle) }
      throw SQLiteOpenFailure(options: options, handle: handle, code: result).error
    }
    self.handle = handle
    sqlite3_extended_result_codes(handle, 1)
  }

  func prepare(
    _ text: StatementText, isKept: Bool
  ) async throws(DatabaseError) -> any DriverStatement {
    try await retryingWhileBusy { () throws(DatabaseError) in
      try SQLiteStatement(text, on: self, isKept: isKept)
    }
  }

  var transactionStatus: TransactionStatus {
    sqlite3_get_autocommit(handle) == 0 ? .active : .none
  }

  func statementBegins() {
    isInterrupted.store(false, ordering: .relaxed)
  }

  func interrupt() {
    isInterrupted.store(true, ordering: .relaxed)
    sqlite3_interrupt(handle)
  }

  func close() async {
    sqlite3_progress_handler(handle, 0, nil, nil)
    // All statements are finalised by now; were one left, this frees the handle with the last.
    sqlite3_close_v2(handle)
  }

  /// Repeats `body` while another process holds the lock it needs, asleep in between and never
  /// blocking the thread, until the busy timeout is over.
  func retryingWhileBusy<R>(
    _ body: () throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    var wait = BusyWait(limit: options.busyTimeout)
    while true {
      do {
        return try body()
      } catch {
        guard SQLiteCode.canWait(error.details.nativeCode), try await wait.pause() else {
          throw error
        }
        if isInterrupted.load(ordering: .relaxed) {
          throw DatabaseError(.cancelled, "interrupted while it waited for a lock")
        }
      }
    }
  }

  /// Runs statements of the driver's own that return nothing of interest.
  func run(_ sql: String) throws(DatabaseError) {
    let result = sqlite3_exec(handle, sql, nil, nil, nil)
    if result != SQLITE_OK { throw error(result) }
  }

  /// The first column of the first row of a statement of the driver's own, as text.
  func text(_ sql: String, _ parameters: String...) throws(DatabaseError) -> String? {
    try texts(sql, parameters).first?.first ?? nil
  }

  private static func flags(_ options: SQLiteOptions, _ role: ConnectionRole) -> Int32 {
    let access =
      switch options.mode {
      case .readOnly: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE
      case .readWriteCreate:
        // The writer comes first and has created the file.
        role == .reader ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      case .memory: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
      }
    return access | SQLITE_OPEN_NOMUTEX | (options.usesURI ? SQLITE_OPEN_URI : 0)
  }
}

extension Capabilities {
  /// What SQLite can do.
  static func sqlite(inMemory: Bool) -> Capabilities {
    var capabilities = Capabilities.sqlite
    capabilities.durableStorage = !inMemory
    capabilities.concurrentReads = !inMemory
    capabilities.nativeBulkInsert = true
    return capabilities
  }
}
