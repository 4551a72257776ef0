import CSQLite
import DriverAPI

extension SQLiteConnection {
  /// Makes a fresh handle what every session of this driver is. [CONN-7]
  func setUp() async throws(DatabaseError) {
    watchCancellation()
    // Off, so that a misspelt column is an error and never a text that equals nothing, or is stored.
    let result = dovetail_set_double_quoted_strings(handle, options.doubleQuotedStrings ? 1 : 0)
    if result != SQLITE_OK { throw error(result) }
    do {
      try await retryingWhileBusy { () throws(DatabaseError) in
        // Reads the header: a file that is no database is found here and not at the first statement.
        _ = try text("PRAGMA schema_version")
        try applySettings(toNew: true)
      }
      try await retryingWhileBusy { () throws(DatabaseError) in try chooseJournal() }
    } catch {
      throw SQLiteOpenFailure.explain(error, options)
    }
  }

  /// Undoes what statements can change about a session: settings, attached databases and temporary
  /// objects. Reopening would do it too, but would lose a database in memory. [POOL-4]
  func reset() async throws(DatabaseError) {
    for row in try texts("SELECT name FROM pragma_database_list WHERE name NOT IN ('main','temp')")
    {
      if let name = row[0] { try run("DETACH \(quoted(name))") }
    }
    let temporary = try texts(
      "SELECT type, name FROM temp.sqlite_schema WHERE type IN ('table','view','trigger') "
        + "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'")
    for row in temporary {
      if let type = row[0], let name = row[1] {
        try run("DROP \(type) IF EXISTS temp.\(quoted(name))")
      }
    }
    try applySettings()
    let wasExclusive = try text("PRAGMA locking_mode") == "exclusive"
    for (name, value) in try initialSettings?.get() ?? [] { try run("PRAGMA \(name)=\(value)") }
    // The lock on the file is let go with the next look at it.
    if wasExclusive { _ = try texts("SELECT count(*) FROM sqlite_schema") }
  }

  /// Notes the settings before the first statement that may change one: to ask for all of them takes longer
  /// than to open a file, and most sessions never change any.
  func leavesState(_ text: StatementText) -> Bool {
    if initialSettings == nil { initialSettings = Result(catching: settings) }
    return true
  }

  /// What a session keeps until it ends, and the driver has no opinion on.
  private static let kept = [
    "analysis_limit", "automatic_index", "cache_size", "cache_spill", "cell_size_check",
    "checkpoint_fullfsync", "count_changes", "empty_result_callbacks", "full_column_names",
    "fullfsync", "journal_size_limit", "legacy_alter_table", "locking_mode",
    "max_page_count", "mmap_size", "secure_delete", "short_column_names", "temp_store", "threads",
    "trusted_schema", "wal_autocheckpoint",
  ]

  private func settings() throws(DatabaseError) -> [(name: String, value: String)] {
    var settings: [(name: String, value: String)] = []
    for name in Self.kept {
      // One that this version does not know has no value.
      if let value = try text("PRAGMA \(name)") { settings.append((name, value)) }
    }
    return settings
  }

  /// Sets what the driver has an opinion on.
  ///
  /// - Parameter isNew: the rest is what a handle begins with, however the library was built.
  private func applySettings(toNew isNew: Bool = false) throws(DatabaseError) {
    try run(
      """
      PRAGMA foreign_keys=\(options.foreignKeys ? 1 : 0);
      PRAGMA synchronous=\(options.synchronous);
      PRAGMA recursive_triggers=0;
      PRAGMA case_sensitive_like=0;
      """)
    if !isNew || role == .reader { try run("PRAGMA query_only=\(role == .reader ? 1 : 0)") }
    if !isNew {
      try run(
        """
        PRAGMA defer_foreign_keys=0;
        PRAGMA ignore_check_constraints=0;
        PRAGMA read_uncommitted=0;
        PRAGMA reverse_unordered_selects=0;
        PRAGMA writable_schema=0;
        PRAGMA busy_timeout=0;
        """)
    }
    // Negative means KiB instead of pages.
    if let size = options.cacheKiB { try run("PRAGMA cache_size=-\(size)") }
    if let size = options.mmapBytes { try run("PRAGMA mmap_size=\(size)") }
  }

  private func chooseJournal() throws(DatabaseError) {
    if options.isInMemory || options.mode == .readOnly || role == .reader { return }
    let mode = try text("PRAGMA journal_mode=\(options.journalMode)")
    guard mode?.lowercased() == options.journalMode else {
      throw DatabaseError(
        .cannotConnect,
        "journal_mode=\(options.journalMode) is not possible here, SQLite stays with "
          + "\(mode ?? "none"); a network file system has no shared memory: use a local disk, or "
          + "journal_mode=delete",
        details: .init(host: options.path))
    }
  }

  // Every ten thousand of its instructions SQLite asks whether the task is cancelled. It runs on the
  // task's own thread, so it can only ever stop the statement of that task. [CANCEL-2]
  private func watchCancellation() {
    let connection = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_progress_handler(
      handle, 10_000,
      { context in
        guard let context else { return 0 }
        let connection = Unmanaged<SQLiteConnection>.fromOpaque(context).takeUnretainedValue()
        return connection.heedsCancellation && Task.isCancelled ? 1 : 0
      }, connection)
  }

  private func quoted(_ name: String) -> String {
    "\"" + name.doubling(UInt8(ascii: "\"")) + "\""
  }
}
