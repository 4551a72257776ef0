import DriverAPI
import Testing

@testable import Server

@Suite struct ChatMessageTests {
  @Test(arguments: TestBackend.all)
  func aTextIsStampedStoredAndSentToEverybodyInTheChannel(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("Alice")
      let bob = try await rig.enter("bob")
      alice.send(
        WireMessage(
          sender: "bob", content: "hello", messageID: 99, recipient: "bob", isEdited: true,
          channel: "secret", reaction: WireReaction(emoji: "x", targetID: 1),
          file: WireFile(filename: "f", size: 1, data: [1])))
      let echo = try await alice.text("hello")
      let copy = try await bob.text("hello")
      #expect(echo == copy)
      #expect(
        echo
          == WireMessage(
            sender: "Alice", content: "hello", createdAt: echo.createdAt, type: "text",
            messageID: 1, channel: "general"))
      let rows = try await rig.count(
        "SELECT COUNT(*) FROM messages WHERE sender = 'Alice' AND message_id = id AND recipient = ''"
      )
      #expect(rows == 1)
    }
  }

  @Test(arguments: TestBackend.all)
  func badTextsAreRefusedAndNotStored(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.maxTextBytes = 20
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      let refusals = [
        ("a\u{0}b", "Message not sent: invalid character in content"),
        ("", "Message not sent: empty content"), (" \u{2003}\n", "Message not sent: empty content"),
        (String(repeating: "x", count: 21), "Message not sent: longer than the limit (20 bytes)"),
      ]
      for (text, reply) in refusals {
        for type in ["", "text", "dm", "edit"] {
          let before = try alice.notices.count
          alice.send(
            WireMessage(
              content: text, type: type, messageID: 1, recipient: type == "dm" ? "bob" : ""))
          #expect(try alice.notices.count == before + 1)
          #expect(try alice.notices.last == reply, "\(type)")
        }
      }
      alice.say(String(repeating: "x", count: 20))
      try await bob.text(String(repeating: "x", count: 20))
      #expect(try bob.messages.count == 1)
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 1)
    }
  }

  @Test(arguments: TestBackend.all)
  func anEncryptedTextIsOpaque(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(content: "Zm9v", type: "text", isEncrypted: true))
      #expect(try await alice.text("Zm9v").isEncrypted)
      alice.send(WireMessage(content: "", type: "text", isEncrypted: true))
      try await alice.message("an empty encrypted text") { $0.content == "" && $0.isEncrypted }
      #expect(try alice.notices == [])
    }
  }

  @Test(arguments: TestBackend.all)
  func aDirectMessageIsForItsPartiesOnly(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("Bob")
      let carol = try await rig.enter("carol")
      alice.whisper("psst", to: " bOB ")
      let copy = try await bob.text("psst")
      #expect(copy.type == "dm" && copy.recipient == "bOB" && copy.sender == "alice")
      #expect(copy.channel == "general")
      #expect(try await alice.text("psst") == copy)
      alice.whisper("note", to: "alice")
      try await alice.text("note")
      alice.say("public")
      try await carol.text("public")
      #expect(try carol.texts == ["public"])
      try await alice.settle()
      #expect(try alice.texts.filter { $0 == "note" || $0 == "psst" } == ["psst", "note"])
      for recipient in ["", " ", "a b", "..x"] {
        let before = try alice.notices.count
        alice.whisper("x", to: recipient)
        #expect(try alice.notices.count == before + 1)
        #expect(try alice.notices.last?.hasPrefix("Message not sent: ") == true)
      }
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE content = 'x'") == 0)
    }
  }

  @Test(arguments: TestBackend.all)
  func typingIsRelayedAndNotStored(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      let carol = try await rig.enter("carol")
      alice.send(WireMessage(sender: "x", content: "spam", type: "typing", channel: "general"))
      let notice = try await bob.message("typing") { $0.type == "typing" }
      #expect(notice.sender == "alice" && notice.content == "" && notice.channel == "general")
      try await carol.message("typing") { $0.type == "typing" }
      alice.send(WireMessage(type: "typing", recipient: "bob"))
      try await bob.message("typing to bob") { $0.type == "typing" && $0.recipient == "bob" }
      #expect(try alice.messages.count == 2 && carol.messages.count == 1)
    }
  }

  @Test(arguments: TestBackend.all)
  func filesAreRelayedWithinTheLimit(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.maxFileBytes = 256
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      func send(_ count: Int, size: Int64, isEncrypted: Bool = false, name: String = "a.png") {
        alice.send(
          WireMessage(
            type: "file", isEncrypted: isEncrypted, messageID: 9,
            file: WireFile(filename: name, size: size, data: Array(repeating: 7, count: count))))
      }
      send(256, size: 256)
      let file = try await bob.message("the file") { $0.type == "file" }
      #expect(file.file?.data.count == 256 && file.sender == "alice" && file.messageID == 0)
      #expect(file.channel == "general")
      send(284, size: 256, isEncrypted: true)
      try await bob.message("the encrypted file") { $0.type == "file" && $0.isEncrypted }
      let tooLarge = "File not sent: exceeds maximum size limit (256 bytes)"
      send(257, size: 1)
      send(1, size: 257)
      send(285, size: 256, isEncrypted: true)
      #expect(try alice.notices == [tooLarge, tooLarge, tooLarge])
      send(1, size: 1, name: String(repeating: "n", count: 256))
      send(1, size: 1, name: "a\u{0}")
      alice.send(WireMessage(type: "file"))
      #expect(try alice.notices.count == 6)
      #expect(try bob.messages.count == 2)
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 0)
    }
  }

  @Test(arguments: TestBackend.all)
  func unknownTypesAndMalformedMessagesAreAnswered(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(content: "x", type: "telepathy"))
      #expect(try alice.notices == ["Unknown message type"])
      for _ in 0..<19 { alice.send("{") }
      alice.send(#"{"content":"ok","created_at":""}"#)
      #expect(try alice.notices.count == 21 && alice.socket.close == nil)
      alice.say("fine")
      try await alice.text("fine")
      for _ in 0..<21 { alice.send("[]") }
      #expect(alice.socket.close?.code == 1007)
      _ = try await rig.enter("alice")
    }
  }

  @Test(arguments: TestBackend.all)
  func theRateLimitIsToldOnce(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      for number in 0..<40 { alice.say("\(number)") }
      try await alice.text("19")
      #expect(
        try alice.notices == [
          "Rate limited: too many messages in a short window. Wait before sending again."
        ])
      #expect(try alice.texts.count == 20)
    }
  }

  @Test(arguments: TestBackend.all)
  func commandsAreForAdministrators(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.adminKey = "k"
    settings.admins = ["root"]
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      alice.say(":cleardb")
      alice.send(WireMessage(content: ":hello there", type: "admin_command"))
      alice.send(WireMessage(content: "  ", type: "admin_command"))
      #expect(
        try alice.notices == [
          "This command requires admin privileges", "Unknown command: :hello",
        ])
      let root = try await rig.enter("root", adminKey: "k")
      root.say(":nonsense x")
      #expect(try root.notices == ["Unknown command: :nonsense"])
    }
  }
}
