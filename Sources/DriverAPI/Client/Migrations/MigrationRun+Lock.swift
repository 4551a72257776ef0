extension MigrationRun {
  /// How long another process is waited for.
  private static let patience = Duration.seconds(60)

  /// Takes the lock of the session, runs what is missing, and gives the lock back, whatever became of
  /// the run. [MIG-1, MIG-6]
  ///
  /// - Throws: `lockTimeout` if another process keeps the lock; what a statement threw.
  func underLock() async throws -> [Int] {
    let outcome: Result<[Int], any Error>
    do {
      try await take()
      outcome = .success(try await all())
    } catch {
      outcome = .failure(error)
    }
    // Also when asking for the lock failed, since it may have been granted.
    await giveBack()
    return try outcome.get()
  }

  private func take() async throws {
    let deadline = ContinuousClock.now + Self.patience
    var pause = Duration.milliseconds(10)
    while true {
      if try await isGranted() { return }
      guard ContinuousClock.now < deadline else {
        throw DatabaseError(
          .lockTimeout, "another process holds the lock for migrations; try again when it is done")
      }
      do { try await Task.sleep(for: pause) } catch {
        throw DatabaseError(
          .cancelled, "the task was cancelled while it waited for the lock for migrations")
      }
      pause = min(pause * 2, .milliseconds(500))
    }
  }

  /// Asks for the lock, once.
  private func isGranted() async throws(DatabaseError) -> Bool {
    switch connection.dialect.migrationLock {
    case .transaction, .inTransaction: return true
    case .session(let acquire, _):
      let answer = try await connection.queryRow(SQL(raw: acquire), as: Int?.self)
      return (answer ?? nil) == 1
    case .driver:
      return try await connection.calling { driver async throws(DatabaseError) -> Bool in
        try await driver.acquireMigrationLock()
      }
    }
  }

  /// A session that cannot give the lock back is spent, and the server frees the lock when it ends. The
  /// error of the run is the news; that of the release is only reported.
  private func giveBack() async {
    await uncancelled("lock for migrations not given back, closing the connection") { connection in
      switch connection.dialect.migrationLock {
      case .transaction, .inTransaction: break
      case .session(_, let release):
        _ = try await connection.query(SQL(raw: release), as: Value.self).collect()
      case .driver:
        try await connection.calling { driver async throws(DatabaseError) in
          try await driver.releaseMigrationLock()
        }
      }
    }
  }

  /// Undoes what was done to the session, in a task that nobody cancels. A session on which that fails
  /// is spent.
  func uncancelled(
    _ warning: String, _ body: @escaping @Sendable (Connection) async throws -> Void
  ) async {
    let connection = connection
    await Task {
      do {
        try await body(connection)
      } catch {
        connection.session.instruments.reportWarning(
          warning, error as? DatabaseError ?? DatabaseError(.other, "\(error)"))
        connection.session.isSpent = true
      }
    }.value
  }
}

extension MigrationLock {
  /// Whether it begins and ends with the transaction of each migration.
  var isOfTransaction: Bool {
    switch self {
    case .transaction, .inTransaction: true
    case .session, .driver: false
    }
  }
}

extension Connection {
  /// Calls the driver for what is no statement, under the guard of one.
  fileprivate func calling<R>(
    _ body: (any DriverConnection) async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    let text = try texts.text(for: dialect.selectSQL("1"))
    return try await session.exclusively(text, []) { () async throws(DatabaseError) -> R in
      try await body(session.driver)
    }
  }
}
