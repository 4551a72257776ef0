import DriverAPI
import Logging
import Testing

@testable import Server

/// What the operator reads of what administrators do, and of what is done to the schema.
@Suite struct ChatModerationLogTests {
  @Test(arguments: TestBackend.all)
  func moderationIsOneLineThatNobodyForges(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.adminKey = "secret"
    settings.admins = ["root"]
    let log = LogRecorder()
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let chat = try await ChatServer(database: database, settings: settings, logger: log.logger)
      do {
        try await moderate(chat, database, log)
      } catch {
        await chat.shutdown()
        await database.close()
        throw error
      }
      await chat.shutdown()
      await database.close()
    }
  }

  private func moderate(
    _ chat: ChatServer, _ database: Database, _ log: LogRecorder
  ) async throws {
    let (root, alice) = (ChatClient(chat), ChatClient(chat))
    root.shakeHands("Root", adminKey: "secret")
    alice.shakeHands("Alice")
    for client in [root, alice] {
      try await client.waitUntil("both are in") { $0.userLists.last?.contains("Root") == true }
    }
    try await alice.waitUntil("she is in") { $0.userLists.count >= 2 }
    alice.send(WireMessage(type: "join_channel", channel: "dev"))
    for text in ["one", "two", "mine"] { (text == "mine" ? root : alice).say(text) }
    let id = try await alice.text("two").messageID
    let own = try await root.text("mine").messageID
    alice.whisper("between us", to: "bob")
    let direct = try await alice.text("between us").messageID
    // As another program may have written it.
    try await database.exec(
      "UPDATE messages SET sender = ?, channel = ? WHERE id = ?",
      "Al\nnotice moderation action=none", "de\u{1B}v", id)
    root.send(WireMessage(type: "pin", messageID: own))
    root.send(WireMessage(type: "delete", messageID: own))
    root.send(WireMessage(type: "delete", messageID: id))
    root.send(WireMessage(type: "delete", messageID: direct))
    root.send(WireMessage(type: "delete", messageID: 99_999))
    alice.send(WireMessage(type: "delete", messageID: id))
    alice.send(WireMessage(type: "pin", messageID: own))
    try await root.settle()
    try await alice.settle()
    let by = "address=192.0.2.1"
    #expect(
      log.lines("moderation") == [
        "notice moderation action=pinned \(by) message=\(own) user=Root",
        #"notice moderation action=deleted \#(by) channel=de\u{1b}v message=\#(id) "#
          + #"of=Al\u{a}notice moderation action=none user=Root"#,
        "notice moderation action=deleted \(by) message=\(direct) of=Alice user=Root",
      ])
  }

  @Test(arguments: TestBackend.all)
  func aMigrationSaysFromWhereToWhereAndHowLong(_ backend: TestBackend) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let log = LogRecorder()
      try await ChatSchema.migrate(database, log.logger)
      #expect(log.lines.count == 2)
      #expect(log.lines.first == "notice migrating the database from=0 to=6")
      let done = try #require(log.lines.last)
      #expect(done.hasPrefix("notice migrated the database from=0 milliseconds="))
      #expect(done.contains("steps=1 tables of marchat, 2 folded names") && done.hasSuffix("to=6"))
      try await ChatSchema.migrate(database, log.logger)
      #expect(log.lines.count == 2, "nothing to do is nothing to say")
      await database.close()
    }
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let log = LogRecorder()
      try await database.execScript(MarchatSchema.script(for: database.dialect))
      try await database.exec("INSERT INTO schema_version (version) VALUES (1)")
      try await ChatSchema.migrate(database, log.logger)
      #expect(log.lines.first == "notice migrating the database from=1 to=6")
      #expect(log.lines.last?.contains("steps=2 folded names") == true)
      await database.close()
    }
  }
}
