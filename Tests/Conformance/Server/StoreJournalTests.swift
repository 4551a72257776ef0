import DriverAPI
import Testing

@testable import Server

@Suite struct StoreJournalTests {
  private static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    return settings
  }

  @Test(arguments: TestBackend.all)
  func everybodySeesMessagesInTheOrderOfTheirIDs(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      let server = rig.server
      let watcher = try await rig.enter("watcher")
      try await withThrowingTaskGroup(of: Void.self) { group in
        for author in 0..<16 {
          group.addTask {
            let client = ChatClient(server)
            client.shakeHands("author\(author)")
            for number in 0..<100 { client.say("\(author)/\(number)") }
            try await client.waitUntil("own messages are back") {
              try $0.texts.filter { $0.hasPrefix("\(author)/") }.count == 100
            }
            let own = try client.texts.filter { $0.hasPrefix("\(author)/") }
            #expect(own == (0..<100).map { "\(author)/\($0)" })
          }
        }
        try await group.waitForAll()
      }
      try await watcher.waitUntil("all messages came") { try $0.texts.count == 1600 }
      #expect(try watcher.messages.map(\.messageID) == Array(1...1600))
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE message_id = id") == 1600)
    }
  }

  /// Makes the database refuse one text.
  private static func poison(_ backend: TestBackend) -> String {
    backend.serverURL == nil
      ? """
      CREATE TRIGGER poisoned BEFORE INSERT ON messages WHEN NEW.content = 'poison' \
      BEGIN SELECT RAISE(ABORT, 'poisoned'); END
      """
      : "ALTER TABLE messages ADD CONSTRAINT poisoned CHECK (content <> 'poison')"
  }

  @Test(arguments: TestBackend.all)
  func aRowThatFailsFailsAlone(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend, Self.settings) { rig in
      try await rig.database.exec(SQL(raw: Self.poison(backend)))
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      for round in 0..<20 {
        alice.say("a\(round)")
        bob.say("poison")
        alice.say("b\(round)")
      }
      try await alice.text("b19")
      try await bob.waitUntil("every refusal is told") { try $0.notices.count == 20 }
      #expect(try bob.notices.allSatisfy { $0 == "Message not sent: could not save message" })
      #expect(try alice.notices == [])
      #expect(try alice.texts == (0..<20).flatMap { ["a\($0)", "b\($0)"] })
      let ids = try alice.messages.map(\.messageID)
      #expect(ids == ids.sorted() && Set(ids).count == 40)
      #expect(try await rig.count("SELECT COUNT(*) FROM messages WHERE message_id = id") == 40)
    }
  }

  @Test(arguments: TestBackend.all)
  func withoutItsTableNothingIsSentAndServiceResumesByItself(_ backend: TestBackend) async throws {
    var settings = Self.settings
    settings.entryPatience = .seconds(3)
    try await ChatRig.run(backend, settings) { rig in
      let alice = try await rig.enter("alice")
      let bob = try await rig.enter("bob")
      try await rig.database.exec("ALTER TABLE messages RENAME TO hidden")
      alice.say("lost")
      try await alice.notice("Message not sent: could not save message")
      // Nobody is let in half: who cannot be shown what he missed waits, or is sent away.
      let late = rig.connect()
      late.shakeHands("late")
      try await late.waitUntil("the refusal") { $0.socket.close != nil }
      #expect(late.socket.close?.code == 1013)
      #expect(late.socket.close?.reason == "the database does not answer; try again in a moment")
      let patient = rig.connect()
      patient.shakeHands("late")
      try await Task.sleep(for: .milliseconds(500))
      try await rig.database.exec("ALTER TABLE hidden RENAME TO messages")
      try await patient.waitUntil("late is in") { $0.userLists.count >= 2 }
      #expect(patient.socket.close == nil)
      alice.say("saved")
      try await bob.text("saved")
      #expect(try bob.texts == ["saved"])
    }
  }

  @Test func theQueueIsBounded() {
    var queue = JournalQueue()
    // As many as it takes that none of them has too many.
    let authors = (0..<8).map { _ in SessionID() }
    var number = 0
    func entry(_ count: Int) -> JournalEntry {
      number += 1
      return JournalEntry(
        author: authors[number % authors.count],
        write: .post(
          NewMessage(
            sender: UserName("a"), content: String(repeating: "x", count: count), createdAt: .now)))
    }
    var count = 0
    while queue.append(entry(1)) { count += 1 }
    #expect(count == JournalQueue.maxEntryCount)
    let batch = queue.takeBatch()
    #expect(batch.count == JournalQueue.maxBatchCount)
    let fits = queue.append(entry(1))
    #expect(fits)
    while !queue.takeBatch().isEmpty {}
    for _ in 0..<63 {
      let isTaken = queue.append(entry(1 << 20))
      #expect(isTaken)
    }
    let isTaken = queue.append(entry(1 << 20))
    #expect(!isTaken, "64 MiB with what the bookkeeping takes")
  }

  @Test func oneAuthorHasAShareOfTheQueue() {
    var queue = JournalQueue()
    let (busy, other) = (SessionID(), SessionID())
    func entry(_ author: SessionID, _ count: Int) -> JournalEntry {
      JournalEntry(
        author: author,
        write: .post(
          NewMessage(
            sender: UserName("a"), content: String(repeating: "x", count: count), createdAt: .now)))
    }
    for count in [1, 1 << 20] {
      var taken = 0
      while taken < 100_000, queue.append(entry(busy, count)) { taken += 1 }
      #expect(taken == (count == 1 ? JournalQueue.maxAuthorEntryCount : 15))
      let isTaken = queue.append(entry(other, count))
      #expect(isTaken, "others are not held up")
      while !queue.takeBatch().isEmpty {}
    }
    let large = queue.append(entry(busy, 20 << 20))
    #expect(large, "a single change may be larger")
  }
}
