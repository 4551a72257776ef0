import DriverAPI
import Testing

@testable import Server

@Suite struct ChatTargetTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.adminKey = "k"
    settings.admins = ["root"]
    settings.rateLimitIsOn = false
    return settings
  }

  @Test(arguments: TestBackend.all)
  func anEditReachesTheChannelOfItsMessage(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      let carol = try await rig.enter("carol")
      alice.say("old")
      let id = try await bob.text("old").messageID
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      carol.send(WireMessage(type: "join_channel", channel: "dev"))
      try await alice.notice("Joined channel #dev")
      try await carol.notice("Joined channel #dev")
      alice.send(WireMessage(content: "new", type: "edit", messageID: id, recipient: "x"))
      let edit = try await bob.message("the edit") { $0.type == "edit" }
      #expect(edit.content == "new" && edit.isEdited && edit.channel == "general")
      #expect(edit.messageID == id && edit.recipient == "")
      try await alice.message("the author's copy") { $0.type == "edit" }
      try await carol.settle()
      #expect(try carol.messages.allSatisfy { $0.type != "edit" })
    }
  }

  @Test(arguments: TestBackend.all)
  func anEditOfADirectMessageStaysBetweenItsParties(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      let carol = try await rig.enter("carol")
      bob.send(WireMessage(type: "join_channel", channel: "elsewhere"))
      alice.whisper("old", to: "bob")
      let id = try await bob.text("old").messageID
      alice.send(WireMessage(content: "secret", type: "edit", messageID: id))
      alice.send(
        WireMessage(type: "reaction", reaction: WireReaction(emoji: "👍", targetID: id)))
      alice.send(WireMessage(type: "delete", messageID: id))
      for type in ["edit", "reaction", "delete"] {
        try await bob.message(type) { $0.type == type && $0.messageID == id }
      }
      carol.send(WireMessage(type: "reaction", reaction: WireReaction(emoji: "👍", targetID: id)))
      try await carol.notice("Reaction failed: message not found")
      try await carol.settle()
      #expect(try carol.messages.allSatisfy { $0.messageID != id })
    }
  }

  @Test(arguments: TestBackend.all)
  func onlyTheAuthorEditsAndOnlyHeOrAnAdministratorDeletes(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      let root = try await rig.enter("root", adminKey: "k")
      alice.say("mine")
      let id = try await alice.text("mine").messageID
      for (client, type, verb) in [
        (bob, "edit", "Edit"), (root, "edit", "Edit"), (bob, "delete", "Delete"),
      ] {
        client.send(WireMessage(content: "taken", type: type, messageID: id))
        try await client.notice("\(verb) failed: message not found or you are not the sender")
      }
      alice.send(WireMessage(content: "x", type: "edit", messageID: 77))
      try await alice.notice("Edit failed: message not found or you are not the sender")
      root.send(WireMessage(type: "delete", messageID: id))
      let deletion = try await alice.message("the deletion") { $0.type == "delete" }
      #expect(deletion.sender == "root" && deletion.content == "[deleted]")
      let erased = try await rig.count(
        "SELECT COUNT(*) FROM messages WHERE content = '[deleted]' AND deleted = TRUE")
      #expect(erased == 1)
      alice.send(WireMessage(type: "delete", messageID: id))
      try await alice.settle()
      #expect(try alice.messages.filter { $0.type == "delete" }.count == 1, "nothing changed")
      alice.send(WireMessage(content: "back", type: "edit", messageID: id))
      try await alice.settle()
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE content = 'back'") == 0)
    }
  }

  @Test(arguments: TestBackend.all)
  func reactionsCountOncePerUserAndEmoji(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      var alice = try await rig.enter("Alice")
      alice.say("hi")
      let id = try await alice.text("hi").messageID
      func react(_ emoji: String, isRemoval: Bool = false) {
        alice.send(
          WireMessage(
            type: "reaction", messageID: 4711,
            reaction: WireReaction(emoji: emoji, targetID: id, isRemoval: isRemoval)))
      }
      react("👍")
      react("👍")
      react("❤️")
      try await alice.settle()
      alice.disconnect()
      alice = try await rig.enter("aLiCe")
      let replayed = try alice.messages.filter { $0.type == "reaction" }
      #expect(replayed.map(\.reaction?.emoji) == ["👍", "❤️"])
      #expect(replayed.allSatisfy { $0.sender == "Alice" && $0.messageID == id })
      react("👍", isRemoval: true)
      let removal = try await alice.message("the removal") { $0.reaction?.isRemoval == true }
      #expect(removal.sender == "Alice", "clients know the reaction by this name")
      #expect(try await rig.count("SELECT COUNT(*) FROM message_reactions") == 1)
      for emoji in ["", " ", String(repeating: "x", count: 65)] { react(emoji) }
      #expect(try alice.notices.count == 3)
    }
  }

  @Test(arguments: TestBackend.all)
  func receiptsGoForwardOnlyAndNeedAMessage(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      for text in ["1", "2", "3"] { alice.say(text) }
      alice.whisper("4", to: "carol")
      alice.whisper("5", to: "bob")
      try await bob.text("5")
      for id in [2, 1, 2, 3, 4, 5, 99, 0] as [Int64] {
        bob.send(WireMessage(content: "x", type: "read_receipt", messageID: id))
      }
      try await alice.message("the last receipt") { $0.type == "read_receipt" && $0.messageID == 5 }
      try await bob.settle()
      let heard = try alice.messages.filter { $0.type == "read_receipt" }
      #expect(heard.map(\.messageID) == [2, 3, 5])
      #expect(heard.allSatisfy { $0.sender == "bob" && $0.content == "" })
      #expect(try await rig.count("SELECT COUNT(*) FROM read_receipts") == 3)
      bob.disconnect()
      let again = try await rig.enter("BOB")
      let replayed = try again.messages.filter { $0.type == "read_receipt" }
      #expect(replayed.map(\.messageID) == [2, 3, 5] && replayed.allSatisfy { $0.sender == "BOB" })
    }
  }

  @Test(arguments: TestBackend.all)
  func pinsAreForAdministratorsAndEverybodyHears(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let root = try await rig.enter("root", adminKey: "k")
      alice.send(WireMessage(content: "list", type: "pin"))
      try await alice.notice("No pinned messages")
      alice.say("keep")
      let id = try await alice.text("keep").messageID
      alice.whisper("private", to: "bob")
      let privateID = try await alice.text("private").messageID
      alice.send(WireMessage(type: "pin", messageID: id))
      try await alice.notice("Only admins can pin messages")
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      try await alice.notice("Joined channel #dev")
      root.send(WireMessage(type: "pin", messageID: id))
      let news = try await alice.message("the pin") { $0.content == "Message \(id) pinned by root" }
      #expect(news.channel == "dev" && news.sender == "System")
      root.send(WireMessage(type: "pin", messageID: privateID))
      try await root.notice("Pin failed: message not found")
      alice.send(WireMessage(content: "list", type: "pin"))
      try await alice.message("the list") {
        $0.content.hasPrefix("Pinned messages (1):\n  #\(id) [")
          && $0.content.hasSuffix("alice: keep\n")
      }
      root.send(WireMessage(type: "pin", messageID: id))
      try await alice.notice("Message \(id) unpinned by root")
    }
  }
}
