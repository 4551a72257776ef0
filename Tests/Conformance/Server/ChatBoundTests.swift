import DriverAPI
import NIOCore
import Testing

@testable import Server

/// What clients can make the chat hold or send, each and all together.
@Suite struct ChatBoundTests {
  /// Messages of 1 MiB until one closes the connection; how many were taken.
  private func fill(_ client: ChatClient, upTo limit: Int) -> Int {
    let text = String(repeating: "x", count: 1 << 20)
    var count = 0
    while count < limit, client.socket.close == nil {
      client.send(text)
      count += 1
    }
    return count
  }

  @Test func whatIsSentBeforeTheLogInIsDoneHasABoundForEachAndForAll() async throws {
    var settings = ChatSettings()
    settings.entriesAtOnce = 1
    try await ChatRig.run(.sqlite, settings) { rig in
      // Does not read and so holds the queue up.
      let slow = rig.connect()
      slow.socket.stall(capacity: 0)
      slow.shakeHands("slow")
      let clients = (0..<4).map { _ in rig.connect() }
      for (index, client) in clients.enumerated() { client.shakeHands("guest\(index)") }
      #expect(fill(clients[0], upTo: 100) == 17)
      #expect(clients[0].socket.close?.code == 1008)
      #expect(clients[0].socket.close?.reason.hasPrefix("too many messages before") == true)
      clients[0].disconnect()
      #expect(fill(clients[1], upTo: 15) == 15 && clients[1].socket.close == nil)
      #expect(fill(clients[2], upTo: 15) == 15 && clients[2].socket.close == nil)
      #expect(fill(clients[3], upTo: 15) == 3, "one address has half of 64 MiB")
      #expect(clients[3].socket.close?.code == 1013)
      // What was held is given back.
      clients[3].disconnect()
      clients[1].disconnect()
      let last = rig.connect()
      last.shakeHands("last")
      #expect(fill(last, upTo: 15) == 15 && last.socket.close == nil)
    }
  }

  @Test func oneSessionHasFewQuestionsOpenAndAllTogetherHaveABound() {
    var questions = OpenQuestions()
    let session = SessionID()
    for number in 0..<6 {
      let isTaken = questions.open(session)
      #expect(isTaken == (number < OpenQuestions.maxCountOfOne))
    }
    questions.close(session)
    let again = questions.open(session)
    #expect(again)
    var count = OpenQuestions.maxCountOfOne
    while count < 10_000, questions.open(SessionID()) { count += 1 }
    #expect(count == OpenQuestions.maxCount)
  }

  @Test(arguments: TestBackend.all)
  func questionsBeyondThatAreToldSo(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      for _ in 0..<19 { alice.send(WireMessage(content: "nothing", type: "search")) }
      try await alice.notice("Search failed: too much is being looked up; try again in a moment")
      try await alice.notice("No results found for: nothing")
      try await alice.waitUntil("all are answered") { try $0.notices.count == 19 }
    }
  }

  @Test(arguments: TestBackend.all)
  func listsOfPinsAndChannelsHaveAnEnd(_ backend: TestBackend) async throws {
    try await ChatRig.run(backend) { rig in
      for number in 1...103 {
        try await rig.database.exec(
          """
          INSERT INTO messages (sender, content, created_at, pinned) \
          VALUES ('old', \("pin \(number)"), \(WireTime.now), TRUE)
          """)
      }
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "pin"))
      let pins = try await alice.message("the pins") { $0.content.hasPrefix("Pinned messages") }
      #expect(pins.content.hasPrefix("Pinned messages (100):"))
      #expect(pins.content.contains("pin 103\n") && !pins.content.contains("pin 3\n"))
      #expect(pins.content.hasSuffix("(older ones are left out)\n"))
    }
    try await ChatRig.run(backend) { rig in
      for number in 100..<302 {
        let client = try await rig.enter("guest\(number)")
        client.send(WireMessage(type: "join_channel", channel: "c\(number)"))
      }
      let alice = try await rig.enter("alice")
      alice.send(WireMessage(type: "list_channels"))
      let list = try await alice.message("the channels") { $0.content.hasPrefix("Active channels") }
      #expect(list.content.contains("#c299 ") && !list.content.contains("#c300 "))
      #expect(list.content.contains("#general - 1 user(s) (current)"))
      #expect(list.content.hasSuffix("and 2 more"))
    }
  }
}
