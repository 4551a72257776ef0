import DriverAPI

/// Single statements that wait for a connection, whoever runs them in the end.
let queueClauses = [
  Clause("POOL-16", "Statements that wait run in the order of asking, each with its own outcome.") {
    context in
    let db = try await context.open { $0.maxConnections = 1 }
    try await db.createItems(rowCount: 1)
    // Matches only if all that asked before have run.
    let next: SQL = "UPDATE items SET amount = amount + 1 WHERE id = 1 AND amount = ?"
    let again: SQL = "INSERT INTO items (id, name) VALUES (1, 'again')"
    _ = try await db.exec(next, 10)
    try await expectError(.uniqueViolation, "a row that is there") { try await db.exec(again) }
    let queue = try await Queue(at: db)
    let counts = (11...60).map { number in
      Task.immediate {
        switch number % 5 {
        case 0: try await db.transaction { try await $0.exec(next, number).rowCount }
        case 1: try await db.withConnection { try await $0.exec(next, number).rowCount }
        default: try await db.exec(next, number).rowCount
        }
      }
    }
    let refused = (1...3).map { _ in Task.immediate { _ = try await db.exec(again) } }
    let last = Task.immediate { try await db.exec(next, 61).rowCount }
    try await queue.begin()
    for (index, count) in counts.enumerated() {
      try expectEqual(try await count.value, 1, "the rows of statement \(index)")
    }
    for refusal in refused {
      try await expectError(.uniqueViolation, "one among others") { try await refusal.value }
    }
    try expectEqual(try await last.value, 1, "the rows of the last statement")
  },

  Clause(
    "POOL-16", "One of those that wait is cancelled, before or while it runs, and no other.",
    weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let long = try await statementThatGrows(db)
    let quick: SQL = "UPDATE items SET amount = amount + 1 WHERE id = 2"
    for cancelled in ["long", "quick and long"] {
      try await db.exec(quick)
      let queue = try await Queue(at: db)
      let before = Task.immediate { try await db.exec(quick).rowCount }
      let running = Task.immediate { _ = try await db.exec(long) }
      let waiting = Task.immediate { _ = try await db.exec(quick) }
      let after = Task.immediate { try await db.exec(quick).rowCount }
      waiting.cancel()
      let moment = Moment()
      // It has run by then and may be running the next; whose cancellation that is is known all the same.
      if cancelled == "quick and long" { Deadline.after(.milliseconds(150)) { before.cancel() } }
      Deadline.after(.milliseconds(300)) {
        moment.set()
        running.cancel()
      }
      try await queue.begin()
      try await expectError(.cancelled, "the long one") { try await running.value }
      let waited = try moment.elapsed()
      try expect(waited < .seconds(1), "it ended \(waited) after it was cancelled")
      try await expectError(.cancelled, "the one that waited") { try await waiting.value }
      try expectEqual(try await before.value, 1, "the rows of the one before")
      try expectEqual(try await after.value, 1, "the rows of the one behind")
    }
    let amount = try await db.single("SELECT amount FROM items WHERE id = 2", as: Int.self)
    try expectEqual(amount, 26, "20 and the statements that were not cancelled")
  },

  Clause(
    "POOL-16", "Whoever asked before a statement that takes long does not wait for it.",
    weight: .heavy
  ) { context in
    let db = try await context.open { $0.maxConnections = 1 }
    let long = try await statementThatGrows(db)
    let quick: SQL = "UPDATE items SET amount = amount + 1 WHERE id = 2"
    try await db.exec(quick)
    // The first time nobody can know that it takes long, and whoever runs what waits meets it unawares.
    for place in ["unawares", "knowingly"] {
      let queue = try await Queue(at: db)
      let runner = Task.immediate { try await db.exec(quick).rowCount }
      let before = Task.immediate { try await db.exec(quick).rowCount }
      let running = Task.immediate { _ = try await db.exec(long) }
      let isLate = Signal()
      try await queue.begin()
      Deadline.after(.seconds(10)) {
        isLate.fire()
        running.cancel()
      }
      try expectEqual(try await before.value, 1, "the rows of the one before, \(place)")
      running.cancel()
      try await expectError(.cancelled, "the long one, \(place)") { try await running.value }
      try expectEqual(try await runner.value, 1, "the rows of the first, \(place)")
      try expect(
        !isLate.hasFired, "the one before was told only when the long one had ended, \(place)")
    }
  },
]

/// A statement that was quick as often as it ran, and takes for ever from now on. Its items are 1 and 2.
private func statementThatGrows(_ db: Database) async throws -> SQL {
  try await db.createItems(rowCount: 2)
  try await db.createTable("many", "id {int} NOT NULL PRIMARY KEY")
  let statement: SQL = """
    UPDATE items SET amount = (SELECT COUNT(*) FROM many a, many b, many c, many d, many e
      WHERE a.id + b.id + c.id + d.id + e.id > 0) WHERE id = 1
    """
  for _ in 1...3 { _ = try await db.exec(statement) }
  try await db.insertRows("many", ["id"], (1...300).map { [.int($0)] })
  return statement
}

/// The only connection, held until the statements that wait for it may begin.
private struct Queue {
  private let mayBegin = Signal()
  private let holder: Task<Void, any Error>

  init(at db: Database) async throws {
    let (held, done) = (Signal(), mayBegin)
    holder = Task { try await hold(db, held, until: done) }
    await held.wait()
  }

  func begin() async throws {
    mayBegin.fire()
    try await holder.value
  }
}
