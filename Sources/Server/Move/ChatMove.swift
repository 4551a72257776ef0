import DriverAPI
import Logging

/// Moves the chat from one database to another.
struct ChatMove: Sendable {
  /// The tables that are the chat. What servers keep of themselves, such as who of them serves, stays behind.
  static let tables = [
    "messages", "user_message_state", "ban_history", "message_reactions", "user_channels",
    "read_receipts", ChannelBlocks.table,
  ]

  /// As MARCHAT_DB_PATH names a database.
  let source: String
  let target: String
  let drivers: DriverRegistry
  /// Whether a server may be at work on the source.
  let isWhileServing: Bool
  var logger = Logger(label: "dovetail.move") { _ in SwiftLogNoOpLogHandler() }

  /// Moves it, or goes on with that.
  ///
  /// - Returns: what both sides have, and the target's URL without a password.
  /// - Throws: what is in the way.
  func run(
    _ report: @escaping @Sendable (DatabaseCopy.Progress) -> Void
  ) async throws -> (DatabaseCopy.Report, DatabaseURL) {
    let old = try await openSource()
    defer { close(old) }
    try await checkSource(old)
    let new = try await open(try url(target, "the database to move to"), "the database to move to")
    defer { close(new) }
    guard !isSame(old.url, new.url) else {
      throw MoveRefusal("the chat is in \(new.url) already")
    }
    try await checkTarget(new)
    let result = try await withLease(on: new) {
      try await ChatSchema.migrate(new, logger)
      return try await DatabaseCopy(from: old, to: new, tables: Self.tables).run(report)
    }
    return (result, new.url)
  }

  // MARK: Opening

  /// The source, opened so that nothing can be written to it where the engine has that.
  private func openSource() async throws -> Database {
    let what = "the database of MARCHAT_DB_PATH"
    let url = try url(source, what)
    guard DatabaseTarget.isEmbedded(url) else { return try await open(url, what) }
    if try drivers.driver(for: url).plan(for: url).connectionsHoldTheData {
      throw MoveRefusal("a database in memory is gone with the server, and cannot be moved")
    }
    return try await open(url.setting(option: "mode", to: "ro"), what)
  }

  private func url(_ text: String, _ what: String) throws -> DatabaseURL {
    do throws(DatabaseError) { return try DatabaseURL(text) } catch {
      throw StartFailure(what: "cannot read the URL of \(what)", why: error)
    }
  }

  private func open(_ url: DatabaseURL, _ what: String) async throws -> Database {
    var options = DatabaseConfiguration()
    options.logger = logger
    do throws(DatabaseError) {
      return try await Database.open(
        url, with: drivers.driver(for: url), configuration: options)
    } catch {
      throw StartFailure(what: "cannot open \(what)", why: error)
    }
  }

  private func close(_ database: Database) {
    // The process ends, or the test that runs this; nobody waits for a farewell.
    Task { await database.close() }
  }

  private func isSame(_ one: DatabaseURL, _ other: DatabaseURL) -> Bool {
    func place(_ url: DatabaseURL) -> Substring? {
      "\(url)".split(separator: "?", maxSplits: 1).first
    }
    return place(one) == place(other)
  }

  // MARK: What is in the way

  private func checkSource(_ database: Database) async throws {
    let migrator = try Migrator(ChatSchema.migrations)
    let version = try await ChatSchema.version(of: database, migrator)
    if version == 0 { throw MoveRefusal("there is no chat in \(database.url)") }
    guard version == migrator.targetVersion else {
      throw MoveRefusal(
        version > migrator.targetVersion
          ? "the chat in \(database.url) was written by a newer server; move it with that"
          : "the chat in \(database.url) has the schema of version \(version), and this server that of "
            + "\(migrator.targetVersion): start the server on it once, stop it, and move then")
    }
    if isWhileServing { return }
    if let member = try await ClusterGate.living(in: database).first {
      throw MoveRefusal(
        "servers share the chat, among them \(LogText.line(member.name)), process \(member.process) on "
          + "\(LogText.line(member.host)): stop them all, so that nothing is written that would stay "
          + "behind, or say --while-serving")
    }
    guard let holder = try await ServerLease.holder(in: database, ProcessIdentity.isGone(_:)) else {
      return
    }
    throw MoveRefusal(
      "a server serves the chat, process \(holder.process) on \(LogText.line(holder.host)): stop it, so that "
        + "nothing is written that would stay behind, or say --while-serving")
  }

  /// Before anything is changed in it: it may be another chat's.
  private func checkTarget(_ database: Database) async throws {
    if try await DatabaseCopy.isUnfinished(in: database) { return }
    let names = try await database.tableNames()
    var full: [String] = []
    for table in Self.tables where names.contains(table) {
      let first = try database.dialect.paged(SQL(raw: "SELECT 1 FROM \(table)"), limit: 1)
      if try await database.queryRow(first, as: Int.self) != nil { full.append(table) }
    }
    guard !full.isEmpty else { return }
    throw MoveRefusal(
      "there is a chat in \(database.url) already, with rows in \(full.joined(separator: ", ")); nothing "
        + "is overwritten: name an empty database")
  }

  /// Keeps servers away from the target until `body` has ended.
  private func withLease<R: Sendable>(
    on database: Database, _ body: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    let lease = ServerLease(
      database,
      for: ServerLease.Holder(
        host: ProcessIdentity.host, process: ProcessIdentity.current,
        address: "no port: it moves a chat")
    ) { ProcessIdentity.isGone($0.process) }
    try await lease.take(logger)
    let work = Task { try await body() }
    let keeping = Task {
      // Somebody else has taken it, and would serve half of a chat.
      if await lease.keep(logger) { work.cancel() }
    }
    let outcome = await withTaskCancellationHandler {
      await work.result
    } onCancel: {
      work.cancel()
    }
    keeping.cancel()
    await keeping.value
    await lease.release(logger)
    return try outcome.get()
  }
}

extension ChatMove {
  /// Refuses to serve a database into which a move was begun that is not done.
  static func checkIsWhole(_ database: Database) async throws {
    guard try await DatabaseCopy.isUnfinished(in: database) else { return }
    throw MoveRefusal(
      "a chat was to be moved into this database, and not all of it is there: run dovetail-server move again, "
        + "which goes on where it was")
  }
}
