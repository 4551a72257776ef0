import DriverAPI
import Testing

@testable import Server

/// A database that begins with marchat, comes here, goes back, and comes here again, with writes on both
/// sides in between: everybody sees exactly what he may, everywhere.
@Suite struct MarchatJourneyTests {
  @Test(arguments: TestBackend.all)
  func thereAndBackAndThereAgain(_ backend: TestBackend) async throws {
    try await ChatRig.run(
      backend,
      prepare: { database in
        try await database.execScript(MarchatSchema.script(for: database.dialect))
        try await database.exec("INSERT INTO schema_version (version) VALUES (1)")
        try await Self.firstDays(MarchatStatements(database: database))
      }
    ) { rig in
      try await Self.here(rig)
      await rig.server.shutdown()
      try await Self.backThere(MarchatStatements(database: rig.database))
      try await rig.restart()
      try await Self.hereAgain(rig)
    }
  }

  private static func firstDays(_ marchat: MarchatStatements) async throws {
    try await marchat.post("1 public", by: "Alice")
    try await marchat.post("1 for bob", by: "Alice", to: " Bob ")
    try await marchat.post("1 odd", by: "Carol", in: "hr.private")
    try await marchat.post("1 gone", by: "Carol")
    try await marchat.delete("1 gone", by: "Carol")
    try await marchat.react("👍", to: "1 public", by: "Bob")
    try await marchat.read("1 public", by: "bob")
    try await marchat.move("carol", to: "hr.private")
    try await marchat.ban("eve")
  }

  /// What a user is shown who logs in, with what was deleted as `[deleted]`.
  private static func shown(_ client: ChatClient) throws -> [String] {
    try client.messages.filter {
      $0.sender != "System" && ["text", "dm", "delete"].contains($0.type)
    }.map { $0.type == "delete" ? "[deleted]" : $0.content }
  }

  private static func here(_ rig: ChatRig) async throws {
    let alice = try await rig.enter("Alice")
    let bob = try await rig.enter("Bob")
    let carol = try await rig.enter("Carol")
    let everybodys = ["1 public", "1 odd", "[deleted]"]
    #expect(try shown(bob) == ["1 public", "1 for bob", "1 odd", "[deleted]"])
    #expect(try shown(alice) == shown(bob))
    #expect(try shown(carol) == everybodys)
    #expect(try bob.messages.contains { $0.type == "read_receipt" })
    #expect(try carol.messages.contains { $0.reaction?.emoji == "👍" && $0.sender == "Bob" })
    try await refused("eve", by: rig)

    alice.say("2 public")
    alice.whisper("2 for bob", to: "Bob")
    try await bob.text("2 for bob")
    carol.send(WireMessage(content: "2 from the odd channel", channel: "hr.private"))
    try await carol.text("2 from the odd channel")
    let id = try await alice.text("2 public").messageID
    alice.send(WireMessage(content: "2 edited", type: "edit", messageID: id))
    try await bob.message("the edit") { $0.content == "2 edited" }
    bob.send(WireMessage(type: "reaction", reaction: WireReaction(emoji: "🎉", targetID: id)))
    try await alice.message("the reaction") { $0.reaction?.emoji == "🎉" }
    try await carol.settle()
    // The channel that marchat put her into is hers here too: what is said elsewhere does not reach her.
    #expect(try !carol.texts.contains("2 public"))
    #expect(try !bob.texts.contains("2 from the odd channel"))
    for client in [alice, bob, carol] { client.disconnect() }
  }

  private static func backThere(_ marchat: MarchatStatements) async throws {
    let carols = try await marchat.history(of: "carol")
    #expect(carols.isSuperset(of: ["1 public", "1 odd", "2 edited", "2 from the odd channel"]))
    #expect(carols.isDisjoint(with: ["1 for bob", "2 for bob", "2 public", "1 gone"]))
    #expect(try await marchat.history(of: "bob").isSuperset(of: ["1 for bob", "2 for bob"]))
    #expect(try await marchat.unreadableTimes() == [])

    try await marchat.post("3 public", by: "Bob")
    try await marchat.post("3 for alice", by: "Bob", to: "Alice")
    try await marchat.post("3 größer", by: "Bob", in: "größe")
    try await marchat.edit("2 edited", to: "3 edited", by: "Alice")
    try await marchat.delete("1 odd", by: "Carol")
    try await marchat.react("🎉", to: "3 public", by: "Carol")
    try await marchat.read("3 for alice", by: "alice")
    try await marchat.move("bob", to: "größe")
    try await marchat.unban("eve")
    try await marchat.ban("mallory")
  }

  private static func hereAgain(_ rig: ChatRig) async throws {
    let dave = try await rig.enter("Dave")
    let everybodys: Set = [
      "1 public", "[deleted]", "3 edited", "2 from the odd channel", "3 public", "3 größer",
    ]
    let secrets: Set = ["1 for bob", "2 for bob", "3 for alice"]
    let daves = Set(try shown(dave))
    #expect(daves.isSuperset(of: everybodys) && daves.isDisjoint(with: secrets), "\(daves)")
    #expect(daves.isDisjoint(with: ["1 gone", "1 odd", "2 public", "2 edited"]))
    for name in ["Alice", "Bob"] {
      let client = try await rig.enter(name)
      let all = Set(try shown(client))
      client.disconnect()
      #expect(all.isSuperset(of: everybodys.union(secrets)), "\(name): \(all)")
    }
    dave.send(WireMessage(content: "for", type: "search"))
    try await dave.notice("No results found for: for")
    _ = try await rig.enter("eve")
    try await refused("mallory", by: rig)
    // Where marchat has put him.
    let bob = try await rig.enter("bob")
    bob.say("4 in his channel")
    #expect(try await bob.text("4 in his channel").channel == "größe")
    try await dave.settle()
    #expect(try !dave.texts.contains("4 in his channel"))
  }

  private static func refused(_ name: String, by rig: ChatRig) async throws {
    let client = rig.connect()
    client.shakeHands(name)
    try await client.waitUntil("the refusal of \(name)") { $0.socket.close != nil }
    #expect(client.socket.close?.reason == "You are banned from this server")
  }
}
