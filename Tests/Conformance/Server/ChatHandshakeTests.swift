import Testing

@testable import Server

@Suite struct ChatHandshakeTests {
  private var settings: ChatSettings {
    var settings = ChatSettings()
    settings.adminKey = "secret"
    settings.admins = ["root"]
    return settings
  }

  @Test(arguments: TestBackend.all)
  func everyRefusalHasItsCodeAndReason(_ backend: TestBackend) async throws {
    var settings = settings
    settings.allowedUsers = ["alice", "root", "system", "a..b"]
    try await ChatRig.run(backend, settings) { rig in
      _ = try await rig.enter("alice")
      let refusals: [(String, UInt16, String)] = [
        ("nonsense", 1002, "Invalid handshake"),
        (#"{"username":7}"#, 1002, "Invalid handshake"),
        (#"{"username":"  "}"#, 1008, "Username required"),
        (#"{"username":"a..b"}"#, 1008, "Invalid username: username cannot contain '..'"),
        (#"{"username":"bob"}"#, 1008, "Username not allowed on this server"),
        (#"{"username":"bob","admin":true}"#, 1008, "Username not allowed on this server"),
        (#"{"username":"alice","admin":true}"#, 1008, "Not an admin user"),
        (
          #"{"username":"ALICE"}"#, 1008,
          "Username already taken - please choose a different username"
        ),
        (#"{"username":"SYSTEM"}"#, 1008, "Invalid username: username is reserved"),
      ]
      for (handshake, code, reason) in refusals {
        let client = rig.connect()
        client.send(handshake)
        #expect(client.socket.close == .init(code: code, reason: reason), "\(handshake)")
        #expect(client.socket.sent == [])
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func aWrongKeyIsToldInAFrameFirst(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, settings) { rig in
      for key in ["", "secreT", "secret ", "secre"] {
        let client = rig.connect()
        client.shakeHands("root", adminKey: key)
        #expect(
          client.socket.sent == [#"{"type":"auth_failed","data":{"reason":"invalid admin key"}}"#])
        #expect(client.socket.close == .init(code: 1008, reason: "Invalid admin key"))
      }
      let root = try await rig.enter("Root", adminKey: "secret")
      #expect(root.socket.close == nil)
    }
  }

  @Test(arguments: TestBackend.all)
  func withoutAConfiguredKeyNobodyIsAnAdministrator(_ backend: TestBackend) async throws {
    var settings = settings
    settings.adminKey = nil
    try await ChatRig.run(backend, settings) { rig in
      let client = rig.connect()
      client.shakeHands("root", adminKey: "")
      #expect(client.socket.close?.reason == "Invalid admin key")
    }
  }

  @Test(arguments: TestBackend.all)
  func theNameIsFreeAsSoonAsTheConnectionIsGone(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let first = try await rig.enter("alice")
      first.disconnect()
      _ = try await rig.enter("ALICE")
    }
  }

  @Test(arguments: TestBackend.all)
  func aConnectionThatEndsDuringItsLogInFreesTheName(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      for _ in 0..<50 {
        let client = rig.connect()
        client.shakeHands("alice")
        client.disconnect()
      }
      _ = try await rig.enter("alice")
    }
  }

  @Test(arguments: TestBackend.all)
  func ofManyWhoWantOneNameOneGetsIt(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let server = rig.server
      let refusedCount = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<32 {
          group.addTask {
            let client = ChatClient(server)
            client.shakeHands("alice")
            return client.socket.close != nil
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(refusedCount == 31)
    }
  }

  @Test(arguments: TestBackend.all)
  func bansAndKicksHoldAfterARestart(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let later = WireTime(microseconds: WireTime.now.microseconds + 3_600_000_000)
      let earlier = WireTime(microseconds: WireTime.now.microseconds - 1_000_000)
      try await rig.ban("Mallory", since: earlier)
      try await rig.ban("kicked", since: earlier, until: later)
      try await rig.ban("served", since: WireTime(microseconds: 0), until: earlier)
      try await rig.ban("forgiven", since: WireTime(microseconds: 0), lifted: earlier)
      try await rig.restart()
      for name in ["mallory", "KICKED"] {
        let client = rig.connect()
        client.shakeHands(name)
        #expect(client.socket.close == .init(code: 1008, reason: "You are banned from this server"))
      }
      _ = try await rig.enter("served")
      _ = try await rig.enter("forgiven")
    }
  }

  @Test(arguments: TestBackend.all)
  func whatArrivesDuringTheLogInIsNotLost(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let client = rig.connect()
      client.shakeHands("alice")
      for number in 1...10 { client.say("\(number)") }
      try await client.text("10")
      #expect(try client.texts == (1...10).map(String.init))
      #expect(client.socket.maxMessageBytes == 32 << 20)
    }
  }
}
