import Testing

@testable import Server

@Suite struct ChatHandshakeTests {
  private var settings: ChatSettings {
    var settings = ChatSettings()
    settings.adminKey = "secret"
    settings.admins = ["root"]
    settings.wrongKeyDelay = .zero
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
        try await client.waitUntil("the refusal") { $0.socket.close != nil }
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
        try await client.waitUntil("the refusal") { $0.socket.close != nil }
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
      try await client.waitUntil("the refusal") { $0.socket.close != nil }
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
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for _ in 0..<32 {
          group.addTask {
            let client = ChatClient(server)
            client.shakeHands("alice")
            try await client.waitUntil("in, or refused") {
              $0.socket.close != nil || !$0.userLists.isEmpty
            }
            return client.socket.close != nil
          }
        }
        let refusedCount = try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        #expect(refusedCount == 31)
      }
    }
  }

  @Test(arguments: TestBackend.all)
  func whoComesBackAfterHisNetworkBrokeTakesHisNameOver(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let first = try await rig.enter("alice")
      first.socket.setAlive(false)
      let second = try await rig.enter("Alice")
      #expect(first.socket.close?.reason == "replaced by a new connection of the same name")
      second.say("back")
      try await second.text("back")
      #expect(try first.texts == [])
    }
  }

  @Test(arguments: TestBackend.all)
  func whoGuessesTheKeyIsLockedOut(_ backend: TestBackend) async throws {
    var settings = settings
    settings.wrongKeyDelay = .milliseconds(200)
    try await ChatRig.run(backend, settings) { rig in
      for _ in 0..<KeyGuard.forgivenCount {
        let client = rig.connect()
        let start = ContinuousClock.now
        client.shakeHands("root", adminKey: "guess")
        try await client.waitUntil("the refusal") { $0.socket.close != nil }
        #expect(client.socket.close?.reason == "Invalid admin key")
        #expect(ContinuousClock.now - start >= .milliseconds(200))
      }
      let client = rig.connect()
      client.shakeHands("root", adminKey: "secret")
      try await client.waitUntil("the refusal") { $0.socket.close != nil }
      #expect(client.socket.close?.reason == "Too many wrong admin keys; try again later")
      _ = try await rig.enter("alice")
    }
  }

  @Test func locksGrowAndEnd() {
    var guardian = KeyGuard()
    let start = ContinuousClock.now
    for _ in 0..<KeyGuard.forgivenCount { guardian.failed("a", "root", at: start) }
    #expect(guardian.isLocked("a", "root", at: start))
    #expect(!guardian.isLocked("b", "root", at: start), "another address is not held up")
    #expect(guardian.isLocked("a", "root", at: start + .seconds(29)))
    #expect(!guardian.isLocked("a", "root", at: start + .seconds(30)))
    guardian.failed("a", "root", at: start + .seconds(30))
    #expect(guardian.isLocked("a", "root", at: start + .seconds(89)), "twice as long")
    #expect(!guardian.isLocked("a", "root", at: start + .seconds(90)))
    guardian.succeeded("c", "root")
    for number in 0..<KeyGuard.forgivenNameCount {
      guardian.failed("bot\(number)", "root", at: start + .seconds(100))
    }
    #expect(guardian.isLocked("d", "root", at: start + .seconds(101)))
    #expect(!guardian.isLocked("c", "root", at: start + .seconds(101)), "its user was known there")
    #expect(!guardian.isLocked("d", "other", at: start + .seconds(101)))
  }

  @Test(arguments: TestBackend.all)
  func inAStormEverybodyIsLetInWholeAndInTurn(_ backend: TestBackend) async throws {
    var settings = settings
    settings.entriesAtOnce = 4
    try await ChatRig.run(backend, settings) { rig in
      let first = try await rig.enter("first")
      first.say("history")
      try await first.text("history")
      let server = rig.server
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          group.addTask {
            let client = ChatClient(server)
            client.shakeHands("user\(number)")
            try await client.text("history")
            #expect(client.socket.close == nil)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func turnsAreTakenInOrder() async {
    let queue = EntryQueue(width: 1)
    let order = EventQueue<Int>()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<5 {
        group.addTask {
          await queue.run {
            order.add(number)
            // Not cancelled.
            try? await Task.sleep(for: .milliseconds(40))
          }
        }
        // Not cancelled.
        try? await Task.sleep(for: .milliseconds(10))
      }
    }
    for number in 0..<5 { #expect(await order.next(timeout: .seconds(1)) == number) }
    #expect(queue.count == 0)
  }

  @Test func listsOfUsersAreSentLessOftenTheMoreTheyCost() {
    let schedule = UserListSchedule()
    #expect(schedule.wait <= UserListSchedule.delay)
    schedule.noteSent(100, to: 10)
    #expect(schedule.wait <= UserListSchedule.delay)
    schedule.noteSent(10_000, to: 1000)
    #expect(schedule.wait > .seconds(2))
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
