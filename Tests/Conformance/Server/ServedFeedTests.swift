import DriverAPI
import Foundation
import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  /// Servers that are processes of their own, one of which is killed.
  @Suite(
    .timeLimit(.minutes(3)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct ServedFeedTests {
    /// A client of a served program that is logged in.
    private static func enter(
      _ name: String, _ server: ServedProgram
    ) async throws -> TestWebSocketClient {
      let client = try await TestWebSocketClient.connect(port: server.port)
      try await client.send(text: #"{"username":"\#(name)"}"#)
      var listCount = 0
      while listCount < 2 {
        if try await client.nextText(timeout: .seconds(20)).hasPrefix(#"{"type":"userlist""#) {
          listCount += 1
        }
      }
      return client
    }

    /// Reads until a text comes.
    ///
    /// - Returns: the ids of the messages of `general` up to it, in their order.
    private static func ids(
      _ client: TestWebSocketClient, until text: String
    ) async throws -> [Int64] {
      var ids: [Int64] = []
      while true {
        let frame = try await client.nextText(timeout: .seconds(20))
        guard !frame.hasPrefix(#"{"type""#) else { continue }
        let message = try WireDecoder.message(ByteBuffer(string: frame))
        guard message.type == "text", message.sender != "System" else { continue }
        ids.append(message.messageID)
        if message.content == text { return ids }
      }
    }

    @Test(arguments: TestBackend.servers)
    func whatAServerHasStoredThatIsKilledIsSeenOnTheOthers(_ backend: TestBackend) async throws {
      try await TestDatabase.run(on: backend) { place in
        try await ServedProgram.withDirectory { directory in
          let variables = [
            "MARCHAT_DB_PATH": place.url, "DOVETAIL_SHARED_DATABASE": "on",
            "DOVETAIL_RATE_LIMIT": "off", "MARCHAT_MESSAGE_RETENTION_MAX": "100000",
          ]
          let first = try ServedProgram(in: directory, variables)
          let second = try ServedProgram(in: directory, variables)
          try await first.ready()
          try await second.ready()
          let author = try await Self.enter("author", first)
          let watcher = try await Self.enter("watcher", second)
          let speaker = try await Self.enter("speaker", second)
          for number in 0..<300 {
            try await author.send(text: #"{"type":"text","content":"doomed \#(number)"}"#)
            if number % 20 == 0 {
              try await speaker.send(text: #"{"type":"text","content":"\#(number)"}"#)
            }
          }
          // In the midst of what it stores.
          try await first.stop(SIGKILL)
          try await speaker.send(text: #"{"type":"text","content":"the last word"}"#)
          let seen = try await Self.ids(watcher, until: "the last word")
          let database = try await place.open()
          let stored = try await database.query(
            "SELECT id FROM messages ORDER BY id", as: Int64.self
          ).collect()
          await database.close()
          #expect(seen == stored && stored.count > 1)
          try await second.stop()
        }
      }
    }
  }
}
