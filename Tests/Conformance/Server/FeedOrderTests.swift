import DriverAPI
import DriverFaults
import Testing

@testable import Server

/// Each client is shown the messages of a channel in the order of their ids, none twice, none left out.
@Suite struct FeedOrderTests {
  /// Has authors on every server say `count` things each, some at a time.
  private static func chatter(
    _ servers: [ChatServer], _ authorCount: Int, _ count: Int, pause: Duration = .zero
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (place, server) in servers.enumerated() {
        for number in 0..<authorCount {
          group.addTask {
            let client = ChatClient(server)
            let name = "author\(place)x\(number)"
            client.shakeHands(name)
            for number in 0..<count {
              client.say("\(name) \(number)")
              if pause > .zero { try await Task.sleep(for: pause) }
              if number % 10 == 9 { try await client.text("\(name) \(number)") }
            }
            try await client.text("\(name) \(count - 1)")
          }
        }
      }
      try await group.waitForAll()
    }
  }

  /// Waits until every watcher has seen what is stored, and compares.
  private static func check(
    _ watchers: [ChatClient], _ rig: FeedRig, _ count: Int
  ) async throws {
    let stored = try await rig.storedIDs()
    #expect(stored.count == count)
    for watcher in watchers {
      try await watcher.waitUntil("everything came") { try $0.ids().last == stored.last }
      let ids = try watcher.ids()
      #expect(ids == stored, "\(Set(stored).subtracting(ids).count) are missing")
    }
  }

  @Test(arguments: TestBackend.servers)
  func whileAllWriteEachServerShowsTheSame(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 3) { rig in
      var watchers: [ChatClient] = []
      for (place, node) in rig.nodes.enumerated() {
        watchers.append(try await node.enter("watcher\(place)"))
      }
      try await Self.chatter(rig.nodes.map(\.server), 3, 60)
      try await Self.check(watchers, rig, 540)
    }
  }

  @Test(arguments: TestBackend.servers)
  func whoLogsInMeanwhileMissesNothing(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2) { rig in
      let nodes = rig.nodes
      let end = End()
      var late: [ChatClient] = []
      let servers = nodes.map(\.server)
      let talk = Task {
        defer { end.come() }
        try await Self.chatter(servers, 2, 60, pause: .milliseconds(10))
      }
      while !end.hasCome {
        for node in nodes { late.append(try await node.enter("late\(late.count)")) }
      }
      try await talk.value
      let stored = try await rig.storedIDs()
      #expect(late.count > 2)
      for client in late {
        try await client.waitUntil("everything came") { try $0.ids().last == stored.last }
        let ids = try client.ids()
        let first = try #require(ids.first)
        #expect(ids == stored.filter { $0 >= first }, "history and what came meanwhile are whole")
      }
    }
  }

  @Test(arguments: TestBackend.servers)
  func aServerThatWasCutOffCatchesUp(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2, isProxied: true) { rig in
      let author = try await rig.nodes[0].enter("author")
      let watcher = try await rig.nodes[1].enter("watcher")
      let proxy = try #require(rig.nodes[1].proxy)
      author.say("before")
      try await watcher.text("before")
      proxy.acceptsConnections = false
      proxy.cutAll()
      for number in 0..<300 {
        author.say("\(number)")
        if number % 10 == 0 { try await Task.sleep(for: .milliseconds(100)) }
      }
      try await author.text("299")
      #expect(try watcher.texts == ["before"], "it is cut off")
      proxy.acceptsConnections = true
      try await Self.check([author, watcher], rig, 301)
      watcher.say("again")
      try await author.text("again")
    }
  }

  @Test(arguments: TestBackend.servers)
  func whereTheFeedHasForgottenClientsConnectAgain(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 2, isProxied: true) { rig in
      let author = try await rig.nodes[0].enter("author")
      let watcher = try await rig.nodes[1].enter("watcher")
      let proxy = try #require(rig.nodes[1].proxy)
      author.say("before")
      try await watcher.text("before")
      proxy.acceptsConnections = false
      proxy.cutAll()
      for number in 0..<5 {
        author.say("\(number)")
        try await author.text("\(number)")
      }
      // Long enough that it has looked in vain.
      try await Task.sleep(for: .seconds(12))
      // As if an hour had passed; the newest row always stays.
      let database = rig.nodes[0].database
      let newest = try await database.queryRow(
        "SELECT MAX(batch) FROM chat_events", as: Int64.self)
      try await FeedTable(writer: "").remove(before: try #require(newest), in: database)
      proxy.acceptsConnections = true
      try await watcher.waitUntil("it is sent away") { $0.socket.close != nil }
      #expect(watcher.socket.close?.code == CloseCode.serviceRestart)
      let back = try await rig.nodes[1].enter("watcher")
      author.say("after")
      try await back.text("after")
      try await Self.check([back], rig, 7)
    }
  }

  @Test(arguments: TestBackend.servers)
  func aBatchWhoseFateIsUnknownIsShownInItsPlace(_ backend: TestBackend) async throws {
    let line = FaultyLine()
    try await FeedRig.run(backend, 2, line: line) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      let watcher = try await rig.nodes[0].enter("watcher")
      let bob = try await rig.nodes[1].enter("bob")
      try await alice.settle()
      line.cut(.answerIsLost, staysDown: true)
      alice.say("perhaps")
      try await bob.text("perhaps")
      bob.say("later")
      try await bob.text("later")
      line.repair()
      try await watcher.text("later")
      for client in [watcher, bob] { #expect(try client.texts == ["perhaps", "later"]) }
      #expect(try watcher.ids() == (try await rig.storedIDs()))
    }
  }

  @Test(arguments: TestBackend.servers)
  func aServerThatStandsStillDoesNotHoldUpTheOthers(_ backend: TestBackend) async throws {
    try await FeedRig.run(backend, 1) { rig in
      let alice = try await rig.nodes[0].enter("alice")
      try await alice.settle()
      let other = try await rig.place.open()
      let session = WriterSession(other, isHeld: true)
      let ledger = BatchLedger()
      try await ledger.enroll(in: other)
      let start = ContinuousClock.now
      let stopped = Task {
        try await session.transaction { transaction in
          try await ledger.begin(1, in: transaction)
          // As where the process was stopped by a signal.
          try await Task.sleep(for: .seconds(8))
          _ = try await ledger.turn(in: transaction)
        }
      }
      try await Task.sleep(for: .milliseconds(300))
      for number in 0..<100 where try alice.texts.last?.hasPrefix("mark") == true {
        if number % 10 == 0 { alice.say("mine") }
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(try alice.texts.contains("mine"))
      #expect(ContinuousClock.now - start < .seconds(6))
      await #expect(throws: (any Error).self) { try await stopped.value }
      await session.end()
      await other.close()
    }
  }
}
