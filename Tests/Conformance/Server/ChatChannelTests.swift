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
      for name in ["", "a b", String(repeating: "x", count: 65)] {
        alice.send(WireMessage(type: "join_channel", channel: name))
      }
      #expect(try alice.notices.count == 3)
      #expect(
        try alice.notices.last
          == "Join failed: channel names have 1 to 64 of the characters a-z, 0-9, _ and -. "
          + "You are still in #general")
      alice.say("here")
      #expect(try await alice.text("here").channel == "general")
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
