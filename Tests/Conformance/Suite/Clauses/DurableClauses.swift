import DriverAPI

// The chat's own promises in terms of tables, so that any driver can be held to them without a server.
let durableClauses = [
  durable("DURABLE-1", "Reactions are added once, removed, and there after reopening.") { store in
    let columns = ["message", "person", "emoji"]
    for (person, emoji) in [("Ada", "👍"), ("Bob", "👍"), ("Ada", "👍"), ("Ada", "❤️"), ("Bob", "🎉")] {
      _ = try await store.db.insertIgnore(
        into: "reactions", columns: columns, [[1, person.databaseValue, emoji.databaseValue]])
    }
    let removed = try await store.db.exec(
      "DELETE FROM reactions WHERE message = 1 AND person = 'Bob' AND emoji = ?", "🎉")
    try expectEqual(removed.rowCount, 1, "reactions removed")
    try await store.reopen()
    let kept = try await store.db.query(
      "SELECT person, emoji FROM reactions WHERE message = 1 ORDER BY person, emoji",
      as: (String, String).self
    ).collect()
    try expectEqual(
      Set(kept.map { "\($0.0) \($0.1)" }), ["Ada 👍", "Ada ❤️", "Bob 👍"], "reactions")
    try expectEqual(kept.count, 3, "reactions, each once")
  },

  durable("DURABLE-2", "Read receipts move forward only, and survive reopening.") { store in
    let receipt = Upsert(
      into: "receipts", columns: ["person", "message"], key: ["person"],
      assignments: [
        .expression(
          "message",
          "CASE WHEN {new.message} > {old.message} THEN {new.message} ELSE {old.message} END")
      ])
    for message in [3, 7, 5, 1] {
      try await store.db.upsert(receipt, [["Ada", message.databaseValue]])
    }
    try await store.reopen()
    let read = "SELECT message FROM receipts WHERE person = 'Ada'"
    try expectEqual(try await store.db.single(SQL(raw: read), as: Int.self), 7, "the receipt")
    try await store.db.upsert(receipt, [["Ada", 6]])
    try expectEqual(
      try await store.db.single(SQL(raw: read), as: Int.self), 7, "after an older one")
  },

  durable("DURABLE-3", "The last channel survives reopening.") { store in
    let place = Upsert(into: "places", columns: ["person", "channel"], key: ["person"])
    for channel in ["general", "random", "swift"] {
      try await store.db.upsert(place, [["Ada", channel.databaseValue]])
    }
    try await store.reopen()
    let channel = try await store.db.single(
      "SELECT channel FROM places WHERE person = 'Ada'", as: String.self)
    try expectEqual(channel, "swift", "the channel")
  },

  durable("DURABLE-4", "Empty tables give nothing, and no errors.") { store in
    for table in ["messages", "reactions", "receipts", "places"] {
      let rows = try await store.db.query(SQL(raw: "SELECT * FROM \(table)"))
      try expect(!rows.columns.names.isEmpty, "\(table) has no columns")
      rows.close()
      try expectEqual(try await store.db.rowCount(of: table), 0, "rows of \(table)")
    }
    let newest = try await store.db.queryRow("SELECT MAX(id) FROM messages", as: Int?.self)
    try expectEqual(newest, .some(nil), "the newest message")
    try await store.reopen()
    let none = try await store.db.queryRow("SELECT id FROM messages", as: Int.self)
    try expectEqual(none, nil, "a message after reopening")
  },

  durable("DURABLE-5", "Messages, edits, deletes and pins survive; ids grow in commit order.") {
    store in
    var last: Int64 = 0
    for number in 1...20 {
      let id = try await store.db.transaction { transaction in
        try await transaction.insert(into: "messages", ["body": .text("message \(number)")])
      }
      try expect(id > last, "id \(id) does not follow \(last)")
      last = id
    }
    try await store.db.exec("UPDATE messages SET body = 'edited', pinned = 1 WHERE id = ?", last)
    try await store.db.exec("DELETE FROM messages WHERE id = ?", last - 1)
    try await store.reopen()
    try expectEqual(try await store.db.rowCount(of: "messages"), 19, "messages")
    let newest = try await store.db.queryRow(
      "SELECT body, pinned FROM messages WHERE id = \(last)", as: (String, Int).self)
    let (body, pinned) = try expectSome(newest, "the newest message")
    try expect(body == "edited" && pinned == 1, "the newest is \(body), pinned \(pinned)")
    let next = try await store.db.insert(into: "messages", ["body": "after reopening"])
    try expect(next > last, "id \(next) after reopening does not follow \(last)")
  },
]

/// A clause about what is there after closing and opening again.
private func durable(
  _ id: String, _ title: String, _ check: @escaping @Sendable (DurableStore) async throws -> Void
) -> Clause {
  Clause(
    id, title, needs: \.durableStorage,
    otherwise: { context in
      let store = try await DurableStore(context)
      try await store.reopen()
      try expectEqual(try await store.db.tableNames(), [], "tables after reopening")
    }
  ) { context in try await check(DurableStore(context)) }
}

/// The chat's tables, and a database that can be closed and opened again.
private final class DurableStore {
  private let context: ConformanceContext
  private(set) var db: Database

  init(_ context: ConformanceContext) async throws {
    self.context = context
    db = try await context.open()
    try await db.createTable("messages", "id {id}, body {text}, pinned {int}")
    try await db.createTable(
      "reactions",
      "message {int}, person {key}, emoji {key}, PRIMARY KEY (message, person, emoji)")
    try await db.createTable("receipts", "person {key} NOT NULL PRIMARY KEY, message {int}")
    try await db.createTable("places", "person {key} NOT NULL PRIMARY KEY, channel {text}")
  }

  func reopen() async throws {
    await db.close()
    db = try await context.open()
  }
}
