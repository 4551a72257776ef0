import DriverAPI

extension Sabotage {
  /// What only a server behind a wire, or a driver with ways of its own, can get wrong.
  static let ofServers: [Sabotage] = [
    lost("says a lost statement was never sent", "ERR-4", "TX-12", "CONN-5") {
      $0.with(execution: .notSent)
    },
    lost("says a lost statement was refused", "ERR-4", "TX-12", "CONN-5") {
      $0.with(execution: .rejected)
    },
    lost("says a lost connection can be used", "CONN-5", "TX-12", "POOL-8") {
      $0.with(connection: .usable)
    },
    lost("takes a lost connection for another error", "CONN-5", "TX-12", "POOL-8") {
      $0.with(kind: .other)
    },
    lost("takes a lost connection for the end of the rows", "CONN-5", "ERR-4") { _ in nil },
    Sabotage("repeats a statement whose answer was lost", "ERR-4", "TX-12", "HA-7", "CONN-5") {
      $0.engines = servers
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        do throws(DatabaseError) { return try await sabotaged.proceed(parameters) } catch {
          guard error.kind == .connectionLost else { throw error }
          return ExecResult(rowCount: 1)
        }
      }
    },
    Sabotage("waits for a silent server for ever", "CANCEL-4") {
      $0.engines = servers
      $0.interruptsNever = true
      $0.meetsAll = true
    },
    Sabotage("does not break a silent session off", "CANCEL-8") {
      $0.engines = servers
      $0.abandonsNever = true
    },
    Sabotage("neither stops a silent statement nor breaks it off", "CANCEL-7") {
      $0.engines = servers
      $0.interruptsNever = true
      $0.abandonsNever = true
    },
    Sabotage("takes a session for alive that the server has ended", "POOL-10") {
      $0.engines = servers
      $0.seesNoEnd = true
    },
    Sabotage("tries the first of several hosts only", "CONN-6", "HA-1", "HA-5", "HA-6") {
      $0.engines = servers
      $0.knowsOneHost = true
      $0.meetsAll = true
    },
    Sabotage("keeps what came before the failure of a batch", "BATCH-1") {
      $0.engines = ["postgres"]
      $0.batch = { connection, batch async throws(DatabaseError) in
        var results: [ExecResult] = []
        for (text, parameters) in batch {
          results.append(try await connection.run(text.original, parameters))
        }
        return results
      }
    },
    Sabotage("tells a result too few for a batch", "BATCH-1") {
      $0.engines = ["postgres"]
      $0.batch = { connection, batch async throws(DatabaseError) in
        try await connection.connection.execBatch(batch).dropLast()
      }
    },
    Sabotage("names no statement of a batch that failed", "BATCH-1") {
      $0.engines = ["postgres"]
      $0.error = { error in
        DatabaseError(
          error.kind, error.message, connection: error.connection, execution: error.execution,
          serverMessage: error.serverMessage)
      }
    },
    Sabotage("hands a task the result of another", "PIPE-1") { sabotage in
      sabotage.engines = ["postgres"]
      sabotage.meetsAll = true
      let last = Mutex<PipelineResult?>(nil)
      sabotage.pipelined = { _, run async throws(DatabaseError) in
        let own = try await run()
        return last.withLock { last in
          defer { last = own }
          return last ?? own
        }
      }
    },
    Sabotage("loses rows in a shared session", "PIPE-1") {
      $0.engines = ["postgres"]
      $0.pipelined = { _, run async throws(DatabaseError) in
        PipelineResult(exec: try await run().exec)
      }
    },
    Sabotage("lets a failure in a shared session hit the neighbours", "PIPE-1") { sabotage in
      sabotage.engines = ["postgres"]
      let failure = Mutex<DatabaseError?>(nil)
      sabotage.pipelined = { _, run async throws(DatabaseError) in
        if let error = failure.withLock({ $0.take() }) { throw error }
        do throws(DatabaseError) { return try await run() } catch {
          failure.withLock { $0 = error }
          throw error
        }
      }
    },
    Sabotage("undoes a neighbour's write when one fails", "PIPE-2") {
      $0.exec = { sabotaged, parameters async throws(DatabaseError) in
        do throws(DatabaseError) { return try await sabotaged.proceed(parameters) } catch {
          if error.kind == .notNullViolation, sabotaged.connection.transactionStatus == .none {
            _ = try await sabotaged.connection.run("DELETE FROM items WHERE id < 20")
          }
          throw error
        }
      }
    },
    Sabotage("loses every second notification", "NOTIFY-1") { sabotage in
      sabotage.engines = ["postgres"]
      let count = Tally()
      sabotage.notification = { count.next() % 2 == 1 ? $0 : nil }
    },
    Sabotage("tells another channel", "NOTIFY-1") {
      $0.engines = ["postgres"]
      $0.notification = { notification in
        var changed = notification
        changed.channel = changed.channel.lowercased()
        return changed
      }
    },
    Sabotage("listens on when it is cancelled", "NOTIFY-1") {
      $0.engines = ["postgres"]
      $0.interruptsLate = true
    },
    claims("claims to have notifications", "NOTIFY-1") { $0.notifications = true },
    claims("claims that a server is behind it", "CONN-3", "CONN-5") { $0.networkSession = true },
    claims("denies that a server is behind it", "CONN-3", "CONN-5") { $0.networkSession = false },
    claims("claims to know that a session has ended", "POOL-10", "CONN-9") {
      ($0.networkSession, $0.socketAccess) = (true, true)
    },
    claims("denies that it knows when a session has ended", "POOL-10") { $0.socketAccess = false },
    Sabotage("keeps a row of a transaction that failed at a later call", "TX-2", "BATCH-1") {
      $0.meetsAll = true
      $0.text = { $0 == "ROLLBACK" ? "COMMIT" : $0 }
    },
    claims("claims the sign of zero", "TYPE-1") { $0.negativeZero = true },
    claims("denies the sign of zero", "TYPE-1") { $0.negativeZero = false },
  ]

  private static let servers: Set<String> = ["postgres", "mysql", "mariadb"]

  private static func lost(
    _ name: String, _ clauses: String...,
    change: @escaping @Sendable (DatabaseError) -> DatabaseError?
  ) -> Sabotage {
    Sabotage(name, clauses) {
      $0.engines = servers
      $0.meetsAll = true
      $0.error = { $0.kind == .connectionLost ? change($0) : $0 }
    }
  }
}
