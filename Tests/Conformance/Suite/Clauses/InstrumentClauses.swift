import DriverAPI
import InMemoryTracing
import MetricsTestKit
import Tracing

// What somebody who watches a database learns of each statement, whichever of the core's ways it took.
let instrumentClauses = [
  Clause("ERR-6", "Each statement is one span, and one that failed says so.") { context in
    let tracer = InMemoryTracer()
    let db = try await context.open { $0.tracer = tracer }
    try await db.createItems(rowCount: 2)
    let system = try DatabaseURL(context.url).scheme
    for way in ways {
      _ = tracer.popFinishedSpans()
      try await way.run(on: db)
      // A statement that was moved from a session that tasks share is a span there too.
      let spans = tracer.popFinishedSpans().filter { $0.operationName == way.keyword }
      try expect(
        (way.count...way.most).contains(spans.count),
        "\(spans.count) spans of \(way.count) statements: \(way.what)")
      try expectEqual(tracer.activeSpans.count, 0, "spans that did not end: \(way.what)")
      for span in spans {
        try expectEqual(span.kind, .client, "the kind: \(way.what)")
        let told = [
          span.attributes.get("db.system.name"), span.attributes.get("db.operation.name"),
        ]
        try expectEqual(
          told, [.string(system), .string(way.keyword)], "system and operation: \(way.what)")
        try expectEqual(
          span.status?.code, way.failure.map { _ in .error }, "the status: \(way.what)")
        try expectEqual(
          span.attributes.get("error.type"), way.failure.map { .string($0.rawValue) },
          "the error: \(way.what)")
      }
    }
  },

  Clause("ERR-6", "Each statement is timed once, and one that failed is counted.") { context in
    let metrics = TestMetrics()
    let db = try await context.open {
      $0.metricsFactory = metrics
      $0.recordsSpans = false
    }
    try await db.createItems(rowCount: 2)
    func counts() -> (timed: Int, failed: Int) {
      let timers = metrics.timers(label: "dovetail.statement.duration")
      let failures = metrics.counters(label: "dovetail.statement.errors")
      return (
        timers.reduce(0) { $0 + $1.values.count }, failures.reduce(0) { $0 + $1.values.count }
      )
    }
    for way in ways {
      // The words around a transaction are statements too.
      let before = counts()
      try await way.run(on: db)
      let (timed, failed) = (counts().timed - before.timed, counts().failed - before.failed)
      try expect(
        (way.count...way.most).contains(timed),
        "\(timed) times of \(way.count) statements: \(way.what)")
      try expectEqual(failed, way.failure == nil ? 0 : timed, "failures: \(way.what)")
    }
    let times = metrics.timers(label: "dovetail.statement.duration").flatMap(\.values)
    try expect(
      times.allSatisfy { $0 > 0 && $0 < 60_000_000_000 }, "a time is none: \(times.prefix(20))")
  },
]

/// A statement, and how often it runs at once and again.
private struct Way: Sendable {
  let what: String
  let keyword: String
  var tasks = 1
  var rounds = 1
  /// How it fails.
  var failure: DatabaseError.Kind?
  /// Statements that begin and end a transaction around each.
  var wordCount = 0
  let body: @Sendable (Database) async throws -> Void

  var count: Int { tasks * rounds }
  /// One that was moved from a session that tasks share was a statement there too.
  var most: Int { count * (tasks > 1 ? 2 : 1 + wordCount) }

  func run(on db: Database) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<tasks {
        group.addTask { for _ in 0..<rounds { try await once(on: db) } }
      }
      try await group.waitForAll()
    }
  }

  private func once(on db: Database) async throws {
    guard let failure else { return try await body(db) }
    try await expectError(failure, what) { try await body(db) }
  }
}

private let insert = "INSERT INTO items (id, name, amount) VALUES (?, ?, 0)"

private let ways = [
  Way(what: "a write", keyword: "INSERT") { _ = try await $0.exec(SQL(raw: insert, [3, "c"])) },
  Way(what: "a write that is prepared", keyword: "INSERT") {
    _ = try await $0.exec(SQL(raw: insert, [4, "d"]))
  },
  Way(what: "a write that fails", keyword: "INSERT", rounds: 3, failure: .uniqueViolation) {
    _ = try await $0.exec(SQL(raw: insert, [4, "d"]))
  },
  Way(what: "a first row", keyword: "SELECT", rounds: 3) {
    _ = try await $0.single("SELECT name FROM items WHERE id = 1", as: String.self)
  },
  Way(what: "rows", keyword: "SELECT", rounds: 3) {
    _ = try await $0.query("SELECT id FROM items", as: Int.self).collect()
  },
  Way(what: "what is not there", keyword: "SELECT", rounds: 2, failure: .undefinedObject) {
    _ = try await $0.query("SELECT id FROM nowhere", as: Int.self).collect()
  },
  Way(what: "in a transaction", keyword: "UPDATE", rounds: 2, wordCount: 2) { db in
    try await db.transaction { transaction in
      _ = try await transaction.exec("UPDATE items SET amount = 1")
    }
  },
  Way(what: "of many tasks", keyword: "SELECT", tasks: 12, rounds: 20) {
    _ = try await $0.single("SELECT name FROM items WHERE id = 2", as: String.self)
  },
  Way(
    what: "of many tasks that fail", keyword: "SELECT", tasks: 12, rounds: 5,
    failure: .undefinedObject
  ) {
    _ = try await $0.single("SELECT id FROM nowhere WHERE id = 2", as: Int.self)
  },
]
