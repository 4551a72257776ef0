import DriverAPI
import Testing

@testable import Server

@Suite struct ChatChannelTests {
  @Test(arguments: TestBackend.all)
  func joiningAndLeavingIsToldInTheNewChannel(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "leave_channel"))
      alice.send(WireMessage(type: "join_channel", channel: " Ops "))
      alice.send(WireMessage(type: "join_channel", channel: "ops"))
      alice.send(WireMessage(type: "leave_channel"))
      try await alice.notice("Left #ops, back to #general")
      #expect(
        try alice.notices == [
          "Joined channel #ops", "Joined channel #ops", "Left #ops, back to #general",
        ])
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      try await alice.notice("Joined channel #dev")
      #expect(try alice.messages.last?.channel == "dev")
    }
  }

  @Test(arguments: TestBackend.all)
  func aTextAfterAJoinBelongsToTheNewChannel(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      alice.say("before")
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      alice.say("after")
      #expect(try await alice.text("before").channel == "general")
      #expect(try await alice.text("after").channel == "dev")
      try await bob.settle()
      #expect(try bob.texts.filter { !$0.hasPrefix("mark") } == ["before"])
    }
  }

  @Test(arguments: TestBackend.all)
  func aBadNameIsExplainedAndChangesNothing(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: " "))
      try await alice.notice("Join failed: \(ChannelName.rule)")
      alice.say("here")
      #expect(try await alice.text("here").channel == "general")
    }
  }

  @Test(arguments: TestBackend.all)
  func whatAClientShowsThatCannotBeIsHeardByNobody(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      for name in ["bad\u{1B}name", String(repeating: "x", count: 192)] {
        alice.send(WireMessage(type: "join_channel", channel: name))
        try await alice.message("the refusal") { $0.content.hasPrefix("Join failed: ") }
        alice.say("for nobody")
        alice.send(WireMessage(type: "typing", channel: name))
        try await alice.notice(
          "Message not sent: you are in no channel; :join general brings you back")
        bob.say("elsewhere")
        try await bob.text("elsewhere")
        try await alice.settle()
        alice.send(WireMessage(type: "join_channel", channel: "general"))
        alice.say("back in general")
        try await bob.text("back in general")
      }
      #expect(try !bob.messages.contains { $0.content == "for nobody" || $0.type == "typing" })
      #expect(try !alice.texts.contains("elsewhere"))
    }
  }

  @Test(arguments: TestBackend.all)
  func everyNameOfMarchatIsAChannel(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      for (name, folded) in [
        ("hr.private", "hr.private"), ("Gr\u{F6}\u{DF}e 1", "gr\u{F6}\u{DF}e 1"),
      ] {
        alice.send(WireMessage(type: "join_channel", channel: name))
        try await alice.notice("Joined channel #\(folded)")
        alice.say("for few")
        try await alice.waitUntil("the text") {
          try $0.messages.contains { $0.content == "for few" && $0.channel == folded }
        }
      }
      try await bob.settle()
      #expect(try bob.texts.filter { !$0.hasPrefix("mark") } == [])
    }
  }

  @Test(arguments: TestBackend.all)
  func theFirstFrameThatNamesAViewTellsWhereAUserIs(_ backend: TestBackend) async throws {
    for type in ["typing", "read_receipt", "reaction"] {
      try await ChatRig.run(backend) { rig in
        let alice = try await rig.enter("alice")
        alice.send(WireMessage(type: "join_channel", channel: "dev"))
        try await alice.notice("Joined channel #dev")
        alice.disconnect()
        let again = try await rig.enter("alice")
        again.send(WireMessage(type: type, channel: "General"))
        again.say("hi")
        #expect(try await again.text("hi").channel == "general", "\(type)")
        again.disconnect()
        let third = try await rig.enter("alice")
        third.say("still")
        #expect(try await third.text("still").channel == "general", "it is remembered")
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func theListCountsMembers(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      _ = try await rig.enter("bob")
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      alice.send(WireMessage(type: "list_channels"))
      try await alice.notice(
        "Active channels:\n  #dev - 1 user(s) (current)\n  #general - 1 user(s)")
    }
  }

  @Test(arguments: TestBackend.all)
  func theLastChannelIsRestoredAndTold(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      try await alice.notice("Joined channel #dev")
      try await rig.restart()
      let again = try await rig.enter("ALICE")
      let notice = try await again.message("the notice") {
        $0.content.hasPrefix("Joined channel #dev")
      }
      #expect(notice.channel == "", "shown in general, where every client starts")
      again.say("hi")
      #expect(try await again.text("hi").channel == "dev")
      again.send(WireMessage(type: "leave_channel"))
      try await again.notice("Left #dev, back to #general")
      again.disconnect()
      let third = try await rig.enter("alice")
      third.say("back")
      #expect(try await third.text("back").channel == "general")
      #expect(try await rig.count("SELECT COUNT(*) FROM user_channels") == 1)
    }
  }

  @Test(arguments: TestBackend.all)
  func restoringCanBeSwitchedOff(_ backend: TestBackend) async throws {
    var settings = ChatSettings()
    settings.restoresChannel = false
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "join_channel", channel: "dev"))
      try await alice.notice("Joined channel #dev")
      alice.disconnect()
      let again = try await rig.enter("alice")
      again.say("hi")
      #expect(try await again.text("hi").channel == "general")
      #expect(try again.notices == [])
    }
  }
}
