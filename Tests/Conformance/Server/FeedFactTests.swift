import DriverAPI
import Testing

@testable import Server

/// What happens on one server is seen on the others.
@Suite struct FeedFactTests {
  private static let key = FeedRig.settings.adminKey

  @Test(arguments: TestBackend.servers)
  func textsAndDirectMessagesCross(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 3) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let bob = try await rig.nodes[1].enter("bob")
      let carol = try await rig.nodes[2].enter("carol")
      alice.say("to all")
      let own = try await alice.text("to all")
      for other in [bob, carol] {
        let message = try await other.text("to all")
        #expect(message.messageID == own.messageID && message.createdAt == own.createdAt)
        #expect(message.sender == "alice" && message.channel == "general")
      }
      bob.whisper("to one", to: "Carol")
      try await carol.text("to one")
      try await bob.text("to one")
      carol.say("back")
      try await alice.text("back")
      #expect(try alice.texts == ["to all", "back"], "what two say to each other is theirs")
    }
  }

  @Test(arguments: TestBackend.servers)
  func channelsAreTheSameEverywhere(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let bob = try await rig.nodes[1].enter("bob")
      let carol = try await rig.nodes[1].enter("carol")
      for client in [alice, bob] {
        client.send(WireMessage(type: "join_channel", channel: "dev"))
        try await client.notice("Joined channel #dev")
      }
      alice.say("in dev")
      try await bob.text("in dev")
      carol.say("in general")
      try await carol.text("in general")
      bob.say("again in dev")
      try await alice.text("again in dev")
      #expect(try carol.texts == ["in general"])
      #expect(try alice.texts == ["in dev", "again in dev"])
    }
  }

  /// Waits for a message of a kind from somebody about a message.
  private static func event(
    _ type: String, _ sender: String, _ id: Int64, _ client: ChatClient
  ) async throws -> WireMessage {
    try await client.message("\(type) of \(sender)") { message in
      message.type == type && message.sender == sender && message.messageID == id
    }
  }

  @Test(arguments: TestBackend.servers)
  func editsAndReceiptsCross(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let bob = try await rig.nodes[1].enter("bob")
      bob.say("first")
      let id = try await alice.text("first").messageID
      bob.send(WireMessage(content: "better", type: "edit", messageID: id))
      #expect(try await Self.event("edit", "bob", id, alice).content == "better")
      alice.send(WireMessage(type: "read_receipt", messageID: id))
      _ = try await Self.event("read_receipt", "alice", id, bob)
    }
  }

  @Test(arguments: TestBackend.servers)
  func reactionsCross(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let bob = try await rig.nodes[1].enter("bob")
      bob.say("first")
      let id = try await alice.text("first").messageID
      let reaction = WireReaction(emoji: "x", targetID: id)
      let removal = WireReaction(emoji: "x", targetID: id, isRemoval: true)
      alice.send(WireMessage(type: "reaction", reaction: reaction))
      #expect(try await Self.event("reaction", "alice", id, bob).reaction == reaction)
      alice.send(WireMessage(type: "reaction", reaction: removal))
      alice.say("last")
      try await bob.text("last")
      let seen = try bob.messages.compactMap(\.reaction)
      #expect(seen == [reaction, removal], "each once, in order")
    }
  }

  @Test(arguments: TestBackend.servers)
  func pinsAndDeletionsCross(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let root = try await rig.nodes[0].enter("root", adminKey: Self.key)
      let bob = try await rig.nodes[1].enter("bob")
      bob.say("first")
      let id = try await root.text("first").messageID
      root.send(WireMessage(type: "pin", messageID: id))
      try await bob.notice("Message \(id) pinned by root")
      root.send(WireMessage(type: "delete", messageID: id))
      _ = try await Self.event("delete", "root", id, bob)
      #expect(try bob.notices.count == 1)
    }
  }

  @Test(arguments: TestBackend.servers)
  func whatIsNotStoredCrossesToo(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let bob = try await rig.nodes[1].enter("bob")
      let carol = try await rig.nodes[1].enter("carol")
      alice.send(WireMessage(type: "typing"))
      try await bob.message("the notice") { $0.type == "typing" && $0.sender == "alice" }
      alice.send(WireMessage(type: "typing", recipient: "bob"))
      try await bob.message("the one to him") { $0.type == "typing" && $0.recipient == "bob" }
      // Longer than what PostgreSQL tells by itself.
      let data = (0..<50_000).map { UInt8(truncatingIfNeeded: $0) }
      bob.send(
        WireMessage(
          type: "file", file: WireFile(filename: "a.bin", size: Int64(data.count), data: data)))
      let file = try await alice.message("the file") { $0.type == "file" }
      #expect(file.file?.data == data && file.sender == "bob")
      try await carol.settle()
      #expect(try carol.messages.filter { $0.type == "typing" }.count == 1)
      #expect(try carol.messages.filter { $0.type == "file" }.count == 1)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aServerThatIsAloneTellsNobody(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.say("to nobody")
      try await alice.text("to nobody")
      alice.send(WireMessage(type: "typing"))
      try await alice.settle()
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_events") == 0)
      #expect(try await rig.count("SELECT COUNT(*) FROM chat_notices") == 0)
    }
  }
}
