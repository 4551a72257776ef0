import DriverAPI
import DriverFaults

// What happens on the way between client and server, provoked by a proxy between them.
let wireFaultClauses = [
  Clause(
    "CONN-3", "The connect timeout holds against a server that accepts and says nothing.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    proxy.isSilent = true
    let watch = TaskStopwatch()
    try await expectError(.cannotConnect, connection: .spent, "connecting to silence") {
      try await context.open(through: proxy) { $0.connectTimeout = .milliseconds(400) }
    }
    let waited = watch.elapsed
    try expect(waited > .milliseconds(350), "gave up after \(waited) already")
    try expect(watch.ownTime < .seconds(9), "gave up only after \(waited)")
    proxy.isSilent = false
    let db = try await context.open(through: proxy)
    try await db.ping()
  },

  Clause(
    "CONN-5", "When the server goes away the next call fails so, and the pool replaces it.",
    needs: \.networkSession, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    for round in 1...3 {
      // On a connection that is leased: one that is idle is looked at first. [POOL-10]
      try await db.withConnection { connection in
        _ = try await connection.rowCount(of: "items")
        proxy.cutAll()
        let error = try await expectError(
          .connectionLost, connection: .spent, "the call that notices, round \(round)"
        ) { try await connection.exec("UPDATE items SET amount = 0") }
        try expect(error.execution != .rejected, "\(error) says the server refused it")
      }
      try await db.exec("UPDATE items SET amount = \(round)")
      try expectEqual(
        try await db.single("SELECT amount FROM items", as: Int.self), round, "the amount")
    }
  },

  Clause(
    "CONN-5", "A connection that is lost in the middle of rows ends them with an error.",
    needs: \.networkSession, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    proxy.arm(Fault(.cut, .toClient, at: .byte(200_000)))
    let error = try await expectError(.connectionLost, connection: .spent, "reading the rows") {
      var rows = try await db.query(db.counting(to: 900, "n, '\(padding)'"))
      while try await rows.next() {}
    }
    try expect(error.execution != .notSent, "\(error) says the query was not sent")
    try expectEqual(proxy.armedCount, 0, "cuts that did not happen")
    try await db.ping()
  },

  Clause(
    "ERR-4", "A statement whose answer is lost is unknown, and is not repeated.",
    needs: \.networkSession, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.createItems()
    try await db.exec("INSERT INTO items (id, name) VALUES (?, ?)", 1, "warm")
    var (unknown, notSent): ([Int], [Int]) = ([], [])
    // A driver may have to ask for a transaction first, and to commit in the end: each of its answers is lost.
    for step in 0..<64 {
      let id = 2 + step
      proxy.arm(Fault(.cut, .toClient, at: .byte(8 * step)))
      let error = try await expectError(.connectionLost, connection: .spent, "a lost answer") {
        try await db.exec("INSERT INTO items (id, name) VALUES (?, ?)", id, "once")
      }
      if error.execution == .notSent { notSent.append(id) } else { unknown.append(id) }
      try expect([.notSent, .unknown].contains(error.execution), "it is told as \(error)")
      // The server may still be at work when the client has seen the cut.
      if try await appears(id, db, within: notSent.last == id ? 3 : 30) { break }
    }
    let stored = Set(try await db.query("SELECT id FROM items", as: Int.self).collect())
    try expect(notSent.allSatisfy { !stored.contains($0) }, "a row is stored that was not sent")
    try expect(unknown.contains(where: stored.contains), "no row whose answer was lost is there")
  },

  Clause(
    "ERR-4", "Wherever the wire is cut, what is told of the statement is true.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.createItems()
    try await db.exec("INSERT INTO items (id, name) VALUES (?, ?)", 1, "warm")
    for (direction, place) in cuts {
      let id = 100 + place + (direction == .toClient ? 1000 : 0)
      proxy.arm(Fault(.cut, direction, at: .byte(place)))
      var told: DatabaseError?
      do {
        try await db.exec("INSERT INTO items (id, name) VALUES (?, ?)", id, "cut")
      } catch let error as DatabaseError {
        told = error
      }
      proxy.disarm()
      let what = "cut \(direction) before byte \(place): \(told.map { "\($0)" } ?? "no error")"
      let stored = try await db.single(
        "SELECT COUNT(*) FROM items WHERE id = \(id)", as: Int.self)
      switch told?.execution {
      case nil, .completed: try expectEqual(stored, 1, "rows, \(what)")
      case .notSent, .rejected: try expectEqual(stored, 0, "rows, \(what)")
      case .unknown: try expect(stored <= 1, "stored \(stored) times, \(what)")
      }
    }
  },

  Clause(
    "TX-12", "A connection lost during commit is unknown, never repeated silently.",
    needs: \.networkSession, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    try await db.createItems()
    let error = try await thrownError("a commit whose answer is lost") {
      try await db.transaction(retrying: RetryPolicy(maxAttempts: 3)) { transaction in
        try await transaction.exec("INSERT INTO items (id, name) VALUES (1, 'once')")
        proxy.arm(Fault(.cut, .toClient))
      }
    }
    try expectEqual(error.kind, .connectionLost, "the kind")
    try expectEqual(error.execution, .unknown, "the execution")
    try expectEqual(error.connection, .spent, "the connection")
    try await eventually("the row is there") { try await db.rowCount(of: "items") == 1 }
  },

  Clause(
    "CANCEL-4", "The statement timeout holds against a server that falls silent.",
    needs: \.networkSession, weight: .waiting, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) {
      $0.maxConnections = 1
      $0.statementTimeout = .milliseconds(300)
    }
    try await db.createItems(rowCount: 1)
    proxy.arm(Fault(.stall, .toClient))
    let watch = TaskStopwatch()
    let error = try await thrownError("a statement without an answer") {
      try await db.exec("UPDATE items SET amount = 1")
    }
    let waited = watch.elapsed
    try expect(
      error.kind == .statementTimeout || error.kind == .connectionLost, "it ended as \(error)")
    try expectEqual(error.connection, .spent, "the connection")
    try expectEqual(error.execution, .unknown, "the execution")
    try expect(watch.ownTime < .seconds(30), "it ended only after \(waited)")
    proxy.disarm()
    try await eventually("the database answers again") { try await db.rowCount(of: "items") == 1 }
  },

  Clause(
    "POOL-8", "A database that was away is found again without a restart of the process.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy)
    try await db.createItems(rowCount: 3)
    proxy.acceptsConnections = false
    proxy.cutAll()
    for _ in 1...8 {
      let error = try await thrownError("a call while the database is away") {
        try await db.exec("UPDATE items SET amount = 1")
      }
      try expect(
        error.kind == .connectionLost || error.kind == .cannotConnect, "it was told as \(error)")
    }
    proxy.acceptsConnections = true
    try await eventually("the database answers again") { try await db.rowCount(of: "items") == 3 }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...8 { group.addTask { try await db.ping() } }
      try await group.waitForAll()
    }
  },

  Clause(
    "QUERY-2", "Rows are whole when every byte arrives for itself, and when bytes come late.",
    needs: \.networkSession, weight: .heavy, otherwise: namesNoServer
  ) { context in
    let proxy = try context.proxy()
    let db = try await context.open(through: proxy) { $0.maxConnections = 1 }
    for fault in [Fault(.delay(.milliseconds(30)), .toClient, at: .byte(50)), slow, slowToServer] {
      proxy.arm(fault)
      let rows = try await db.query(
        db.counting(to: 40, "n, 'text with ü and \u{1F600}'"), as: (Int, String).self
      ).collect()
      try expectEqual(rows.map(\.0).sorted(), Array(1...40), "the numbers")
      try expect(rows.allSatisfy { $0.1 == "text with ü and \u{1F600}" }, "a text came back wrong")
    }
  },
]

private let padding = String(repeating: "x", count: 500)
private let slow = Fault(.split, .toClient)
private let slowToServer = Fault(.split, .toServer)

private let cuts: [(Fault.Direction, Int)] =
  [0, 1, 5, 17, 30, 47].map { (.toServer, $0) } + [0, 1, 4, 5, 9, 20].map { (.toClient, $0) }

/// The opposite of a session over a network: nothing that a proxy could stand in front of.
@Sendable
func namesNoServer(_ context: ConformanceContext) async throws {
  try expect(
    ServerAddress(try DatabaseURL(context.url)) == nil,
    "the URL names a server, but the driver says that its sessions do not notice when it goes away")
}

/// Looks for a row of items some times, for 20 ms each; a lost connection is asked about again.
private func appears(_ id: Int, _ db: Database, within times: Int) async throws -> Bool {
  for _ in 1...times {
    let count = try? await db.queryRow("SELECT COUNT(*) FROM items WHERE id = \(id)", as: Int.self)
    if count == 1 { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return false
}

/// Repeats a question until the answer is yes; a lost connection is asked about again.
func eventually(
  _ what: String, file: StaticString = #fileID, line: UInt = #line,
  _ isSo: () async throws -> Bool
) async throws {
  var last: (any Error)?
  for _ in 1...100 {
    do {
      if try await isSo() { return }
    } catch let error as DatabaseError {
      last = error
    }
    try await Task.sleep(for: .milliseconds(50))
  }
  let told = last.map { "; last error: \($0)" } ?? ""
  throw ClauseFailure("not after five seconds: \(what)\(told)", file: file, line: line)
}
