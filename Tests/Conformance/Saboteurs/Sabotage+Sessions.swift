import DriverAPI

extension Sabotage {
  /// Sessions that are not what they should be.
  static let ofSessions: [Sabotage] = [
    Sabotage("does not reset a session", "POOL-4") { $0.skipsReset = true },
    Sabotage("says that nothing leaves a trace", "POOL-4") { $0.seesNoTraces = true },
    Sabotage("hears no interruption for long", "CANCEL-1", "CANCEL-4") { $0.interruptsLate = true },
    Sabotage("goes on when its time is over", "CANCEL-4") { $0.interruptsLate = true },
    Sabotage("goes on during a shutdown", "POOL-5") { $0.interruptsLate = true },
    Sabotage("interrupts the next statement too", "CANCEL-2") {
      $0.interruptsNext = true
      $0.meetsAll = true
    },
    Sabotage("hangs while it connects", "CONN-1", "CONN-4") {
      $0.connect = { () async throws(DatabaseError) in
        await Task { _ = try? await Task.sleep(for: .seconds(60)) }.value
      }
    },
    Sabotage("hangs while it closes", "CONN-4", "POOL-5", "CONN-1", "CANCEL-3") {
      $0.meetsAll = true
      $0.hangsOnClose = true
    },
    Sabotage("forgets the options of a URL", "URL-9") {
      $0.engines = ["sqlite"]
      $0.url = { String($0.prefix { $0 != "?" }) }
    },
    Sabotage("is cancelled now and then for nobody's sake", "CANCEL-2", "QUERY-2", "TX-3") {
      sabotage in
      let count = Tally()
      sabotage.exec = { sabotaged, parameters async throws(DatabaseError) in
        if count.next() % 5 == 0 { throw DatabaseError(.cancelled, "a stray cancel") }
        return try await sabotaged.proceed(parameters)
      }
    },
    facts("tells no version", "CONN-1") { $0.version = "unknown" },
    facts("tells no product", "CONN-1") { $0.product = "" },
    Sabotage("refuses to answer", "CONN-1", "POOL-8") {
      $0.text = { $0 == "SELECT 1" ? "SELECT 2" : $0 }
    },
    Sabotage("enforces no foreign keys", "CONN-7", "ERR-1", "UPSERT-3") {
      $0.engines = ["sqlite"]
      $0.greeting = "PRAGMA foreign_keys = 0"
    },
    facts("lives in another time zone", "CONN-7") {
      $0.dialect.currentTimestamp =
        "(strftime('%Y-%m-%d %H:%M:%f', 'now', '+5 hours') || '000')"
    }.only(on: "sqlite"),
    Sabotage("passes over unknown options", "URL-5") {
      $0.plan = { driver, url throws(DatabaseError) in
        do { return try driver.plan(for: url) } catch { return ConnectionPlan(maxWriters: 1) }
      }
    },
    Sabotage("takes a wrong URL for an engine's error", "URL-5") {
      $0.plan = { driver, url throws(DatabaseError) in
        do throws(DatabaseError) { return try driver.plan(for: url) } catch {
          throw error.with(kind: .other)
        }
      }
    },
    Sabotage("names no option", "URL-5") {
      $0.plan = { driver, url throws(DatabaseError) in
        do { return try driver.plan(for: url) } catch { throw .misuse("bad URL") }
      }
    },
    Sabotage("tells the password", "URL-4") {
      $0.plan = { driver, url throws(DatabaseError) in
        throw .misuse("cannot open the place of \(url.password ?? "s3cret-Pa55")")
      }
    },
    Sabotage("takes more connections than planned", "POOL-6", "POOL-2", "CANCEL-4", "POOL-1") {
      $0.plan = { driver, url throws(DatabaseError) in ConnectionPlan(maxWriters: 4) }
    },
    Sabotage(
      "keeps nothing when it closes", "CONN-4", "DURABLE-1", "DURABLE-2", "DURABLE-3", "DURABLE-5",
      "CONN-5"
    ) {
      $0.engines = ["sqlite"]
      $0.url = { _ in "sqlite::memory:" }
    },
    Sabotage("forgets a table it was told of", "STMT-1") {
      $0.text = { $0.hasPrefix("ALTER TABLE") ? "SELECT 1" : $0 }
    },
    Sabotage("cannot insert once a table has changed", "STMT-1") { sabotage in
      let changes = Tally()
      sabotage.exec = { sabotaged, parameters async throws(DatabaseError) in
        if sabotaged.text.leadingKeyword == "ALTER" { _ = changes.next() }
        if sabotaged.text.leadingKeyword == "INSERT", changes.current > 0 {
          throw DatabaseError(.other, "the statement is out of date")
        }
        return try await sabotaged.proceed(parameters)
      }
    },
    Sabotage("knows columns from before a table changed", "STMT-1") { sabotage in
      sabotage.columns = { columns, _ in ColumnList(Array(columns.columns.prefix(3))) }
    },
  ]

  /// Every sabotage.
  static let all: [Sabotage] =
    ofRows + ofValues + ofExecution + ofErrors + ofTransactions + ofSessions + ofServers + ofHosts
    + ofChanges + ofDialects
}
