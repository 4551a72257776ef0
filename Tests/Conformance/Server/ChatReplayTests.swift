import DriverAPI
import Synchronization
import Testing

@testable import Server

@Suite struct ChatReplayTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    return settings
  }

  @Test(arguments: TestBackend.all)
  func theOrderIsListMessagesReactionsReceiptsList(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...60 { alice.say("\(number)") }
      let last = try await alice.text("60").messageID
      for id in [1, last] {
        alice.send(WireMessage(type: "reaction", reaction: WireReaction(emoji: "x", targetID: id)))
      }
      alice.send(WireMessage(type: "read_receipt", messageID: last))
      try await alice.message("the receipt") { $0.type == "read_receipt" }
      alice.disconnect()
      let bob = try await rig.enter("bob")
      #expect(try bob.texts == (11...60).map(String.init))
      // One more may come in between: the one that says that alice has left.
      let lists = bob.userLists
      #expect(lists.count >= 2 && Set(lists) == [#"{"type":"userlist","data":{"users":["bob"]}}"#])
      #expect(bob.socket.sent.first == lists.first && bob.socket.sent.last == lists.last)
      #expect(bob.socket.sent.filter { !lists.contains($0) }.count == 51)
      #expect(try bob.messages.last?.reaction == WireReaction(emoji: "x", targetID: last))
      let again = try await rig.enter("alice")
      #expect(try again.messages.map(\.type).suffix(2) == ["reaction", "read_receipt"])
      #expect(again.socket.sent.last == again.userLists.last)
    }
  }

  @Test(arguments: TestBackend.all)
  func liveFramesAndReplayedOnesAreTheSame(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.say("one")
      alice.whisper("two", to: "bob")
      alice.send(WireMessage(content: "Zm9v", type: "text", isEncrypted: true))
      try await alice.text("Zm9v")
      let live = try alice.messages
      alice.disconnect()
      #expect(try await rig.enter("alice").messages == live)
    }
  }

  @Test(arguments: TestBackend.all)
  func directMessagesBetweenOthersDoNotCount(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...60 { alice.say("\(number)") }
      for number in 1...100 { alice.whisper("dm \(number)", to: "bob") }
      try await alice.text("dm 100")
      let carol = try await rig.enter("carol")
      #expect(try carol.texts == (11...60).map(String.init))
      // The last of his channel, and the last of his direct messages.
      #expect(
        try await rig.enter("BOB").texts
          == (11...60).map(String.init) + (51...100).map { "dm \($0)" })
    }
  }

  @Test(arguments: TestBackend.all)
  func whoReturnsToAQuietChannelSeesHowItEnded(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "family"))
      for number in 1...60 { alice.say("family \(number)") }
      alice.whisper("only you", to: "bob")
      try await alice.text("only you")
      let bob = try await rig.enter("bob")
      for number in 1...70 { bob.say("noise \(number)") }
      try await bob.text("noise 70")
      alice.disconnect()
      #expect(
        try await rig.enter("alice").texts
          == (11...60).map { "family \($0)" } + ["only you"]
          + (21...70).map { "noise \($0)" })
      #expect(try await rig.enter("carol").texts == (21...70).map { "noise \($0)" })
    }
  }

  @Test(arguments: TestBackend.all)
  func rowsOfAnotherProgramAreReadByTheirRecipient(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.say("before")
      try await alice.text("before")
      // As marchat writes them: it knows nothing of our columns.
      for (sender, text, recipient) in [
        ("Alice", "secret one", "Bob"), ("Alice", "secret two", " bob "),
        ("Dave", "public one", ""), ("Bob", "note to oneself", "Bob"),
      ] {
        try await rig.database.exec(
          """
          INSERT INTO messages (sender, content, created_at, is_encrypted, message_id, recipient, \
          channel) VALUES (\(sender), \(text), \(WireTime.now), \(false), 77, \(recipient), 'general')
          """)
      }
      // And a derived column that lies.
      try await rig.database.exec(
        """
        INSERT INTO messages (sender, content, created_at, is_encrypted, recipient, channel, \
        recipient_folded, dm_sender_folded) \
        VALUES ('Alice', 'secret three', \(WireTime.now), \(false), 'Bob', 'general', '', '')
        """)
      let carol = try await rig.enter("carol")
      #expect(try carol.texts == ["before", "public one"])
      carol.send(WireMessage(content: "secret", type: "search"))
      try await carol.notice("No results found for: secret")
      #expect(
        try await rig.enter("bob").texts
          == ["before", "secret one", "secret two", "public one", "note to oneself"])
      alice.disconnect()
      #expect(
        try await rig.enter("alice").texts == ["before", "secret one", "secret two", "public one"])
      for id in 2...3 as ClosedRange<Int64> {
        carol.send(WireMessage(type: "reaction", reaction: WireReaction(emoji: "x", targetID: id)))
        try await carol.notice("Reaction failed: message not found")
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func deletedAndEditedMessagesAreMarked(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      alice.say("a")
      alice.say("b")
      let id = try await alice.text("b").messageID
      alice.send(WireMessage(type: "delete", messageID: id - 1))
      alice.send(WireMessage(content: "b2", type: "edit", messageID: id))
      try await alice.message("the edit") { $0.type == "edit" }
      try await rig.restart()
      let messages = try await rig.enter("bob").messages
      #expect(messages.map(\.type) == ["delete", "text"])
      #expect(messages.map(\.content) == ["[deleted]", "b2"])
      #expect(messages.map(\.isEdited) == [false, true])
    }
  }

  @Test(arguments: TestBackend.all)
  func whatIsSaidDuringALogInIsShownOnce(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let alice = try await rig.enter("alice")
      let server = rig.server
      let end = End()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<4 {
          group.addTask {
            while !end.hasCome {
              let guest = ChatClient(server)
              guest.shakeHands("guest\(number)")
              try await guest.waitUntil("something new") {
                try $0.texts.count >= 60 || end.hasCome
              }
              guest.disconnect()
              let ids = try guest.messages.filter { $0.type == "text" }.map(\.messageID)
              let first = ids.first ?? 0
              #expect(ids == ids.indices.map { first + Int64($0) }, "no gap, no double, in order")
            }
          }
        }
        for number in 1...1500 {
          alice.say("\(number)")
          if number % 3 == 0 { try await alice.text("\(number)") }
        }
        end.come()
        try await group.waitForAll()
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func banGapsHideWhatWasSaidMeanwhileAndNotMore(_ backend: TestBackend) async throws {
    var settings = Self.settings
    settings.banHistoryGaps = true
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      for text in ["before", "during", "between", "kicked", "after"] {
        alice.say(text)
        try await alice.text(text)
      }
      func time(_ text: String, _ shift: Int64) throws -> WireTime {
        let message = try #require(try alice.messages.first { $0.content == text })
        return WireTime(microseconds: try #require(message.createdAt).microseconds + shift)
      }
      // The kick ran out by itself, so its row was never closed.
      try await rig.ban("bob", since: time("during", -1), lifted: time("during", 1))
      try await rig.ban("bob", since: time("kicked", -1), until: time("kicked", 1))
      #expect(try await rig.enter("bob").texts == ["before", "between", "after"])
      #expect(try await rig.enter("carol").texts.count == 5)
    }
  }

  /// In a file that marchat began, times are in the forms and zones of whoever wrote them.
  @Test func banGapsAreInstantsWhateverFormTheyWereWrittenIn() async throws {
    var settings = Self.settings
    settings.banHistoryGaps = true
    try await ChatRig.run(.sqlite, settings) { rig in
      // One after the other, by the clock of the world.
      let times = [
        ("before", "2026-11-27 18:00:00.9 -0500 EST m=+6.28"),
        ("during", "2026-11-28 09:21:49.5 +1000 AEST m=+1.5"),
        ("during too", "2026-11-27T23:30:00Z"), ("between", "2026-11-27 23:45:00.000000"),
        ("again", "2026-11-28 00:30:00 +0000 UTC"), ("after", "2026-11-27 20:10:00-05:00"),
      ]
      for (text, time) in times {
        try await rig.database.exec(
          "INSERT INTO messages (sender, content, created_at) VALUES ('old', \(text), \(time))")
      }
      let bans = [
        ("2026-11-28 11:00:00 +1100 AEDT", "2026-11-28 01:00:00.000000"),
        ("2026-11-27 18:10:00 -0500 EST m=+1", "2026-11-28T00:40:00+01:00"),
      ]
      for (start, end) in bans {
        try await rig.database.exec(
          """
          INSERT INTO ban_history (username, banned_at, unbanned_at, banned_by) \
          VALUES ('Bob', \(start), \(end), 'root')
          """)
      }
      #expect(try await rig.enter("bob").texts == ["before", "between", "after"])
      #expect(try await rig.enter("carol").texts.count == 6)
    }
  }

  @Test func aGapOfMoreThanAPageIsLookedBehind() async throws {
    var settings = Self.settings
    settings.banHistoryGaps = true
    try await ChatRig.run(.sqlite, settings) { rig in
      for number in 1...300 {
        let time = number <= 60 ? "2026-11-27 10:00:00.000000" : "2026-11-27 12:00:00 +0000 UTC"
        try await rig.database.exec(
          """
          INSERT INTO messages (sender, content, created_at) \
          VALUES ('old', \("\(number)"), \(time))
          """)
      }
      let start = try #require(WireTime(rfc3339: "2026-11-27T11:00:00Z"))
      try await rig.ban(
        "bob", since: start, lifted: WireTime(microseconds: start.microseconds + 7_200_000_000))
      #expect(try await rig.enter("bob").texts == (11...60).map(String.init))
    }
  }

  @Test(arguments: TestBackend.all)
  func oldRowsWithNullsAreShown(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      try await rig.database.exec(
        """
        INSERT INTO messages (sender, content, created_at, is_encrypted, edited, deleted, pinned, \
        recipient) VALUES (NULL, 'old', NULL, NULL, NULL, NULL, NULL, NULL)
        """)
      let alice = try await rig.enter("alice")
      let shown = alice.socket.sent.filter { !$0.contains("userlist") }
      #expect(shown.count == 1)
      #expect(
        shown.first
          == #"{"sender":"","content":"old","created_at":"0001-01-01T00:00:00Z","type":"text","#
          + #""message_id":1,"channel":"general"}"#)
    }
  }
}
