import DriverAPI
import DriverSQLite
import Foundation
import NIOConcurrencyHelpers
import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  /// Very many log-ins at once, as after a restart.
  @Suite(
    .timeLimit(.minutes(30)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct ServedStormTests {
    /// What one client came to see, in order.
    private struct Sight: Sendable {
      var name = ""
      var place: Int?
      var lists = 0
      var texts: [Int] = []
      var channel: String?
      /// How it ended, if not well.
      var end: String?
      /// When the last word of the log-in had come.
      var isInAt: ContinuousClock.Instant?
    }

    private static let isStress = ProcessInfo.processInfo.environment["DOVETAIL_STRESS"] != nil
    private static let messageCount = 50

    /// Fifty messages, and a channel for each of those who will come.
    private func prepare(_ directory: String, _ names: [String]) async throws {
      let database = try await Database.open(
        DatabaseURL("sqlite:\(directory)/marchat.db"), with: SQLiteDriver())
      try await ChatSchema.migrate(database, .silent)
      try await database.transaction { transaction in
        for number in 1...Self.messageCount {
          try await transaction.exec(
            """
            INSERT INTO messages (sender, content, created_at, recipient_folded, dm_sender_folded) \
            VALUES ('old', \("word \(number)"), \(WireTime.now), '', '')
            """)
        }
        for name in names {
          try await transaction.exec(
            """
            INSERT INTO user_channels (username, channel, updated_at) \
            VALUES (\(name), \("room-" + name), \(WireTime.now))
            """)
        }
      }
      await database.close()
    }

    /// Reads what a client is shown until it is in, or sent away.
    private func watch(_ client: TestWebSocketClient, _ name: String) async -> Sight {
      var sight = Sight(name: name)
      while sight.isInAt == nil, sight.end == nil {
        do {
          switch try await client.nextEvent(timeout: .seconds(300)) {
          case .text(let text): note(text, &sight)
          case .ping(let payload): try await client.sendPong(payload)
          case .pong: break
          case let other: sight.end = "\(other)"
          }
        } catch { sight.end = "\(error)" }
      }
      return sight
    }

    private func note(_ text: String, _ sight: inout Sight) {
      if text.hasPrefix(#"{"type":"userlist""#) {
        sight.lists += 1
        return
      }
      guard let message = try? WireDecoder.message(.init(string: text)) else {
        sight.end = text
        return
      }
      let words = message.content.split(separator: " ")
      if message.sender == "old" {
        sight.texts.append(words.last.flatMap { Int($0) } ?? 0)
      } else if message.content.hasPrefix("Many log in") {
        sight.place = words.compactMap { Int($0) }.first
      } else if message.content.hasPrefix("Joined channel #") {
        sight.channel = String(words[2].dropFirst())
        sight.isInAt = .now
      }
    }

    @Test func whoeverComesInASlewOfOthersIsLetInWholeAndInTurn() async throws {
      let count = Self.isStress ? 5000 : 200
      _ = DescriptorLimit.raised()
      let names = (0..<count).map { "user\($0)" }
      try await ServedProgram.withDirectory { directory in
        try await prepare(directory, names)
        let server = try ServedProgram(
          in: directory, ["DOVETAIL_MAX_CONNECTIONS": "\(count + 100)"])
        try await server.ready()
        var clients: [TestWebSocketClient] = []
        for _ in names {
          clients.append(try await .connect(port: server.port, timeout: .seconds(30)))
        }
        let start = ContinuousClock.now
        let sights = try await withThrowingTaskGroup(of: (Int, Sight).self) { group in
          for (index, (client, name)) in zip(clients, names).enumerated() {
            try await client.send(text: #"{"username":"\#(name)"}"#)
            group.addTask { (index, await watch(client, name)) }
          }
          var sights = Array(repeating: Sight(), count: count)
          for try await (index, sight) in group { sights[index] = sight }
          return sights
        }
        let all = Array(1...Self.messageCount)
        let half = sights.filter {
          $0.end != nil || $0.texts != all || $0.channel != "room-" + $0.name || $0.lists < 2
        }
        #expect(half.isEmpty, "\(half.count) were not let in, or half: \(half.first as Any)")
        let times = sights.compactMap(\.isInAt)
        let order = times.indices.sorted { times[$0] < times[$1] }
        let shift = order.enumerated().map { abs($0.offset - $0.element) }.max() ?? 0
        // As many as are let in at a time, on each side, and what the network's threads make of it.
        #expect(shift <= max(256, count / 10), "somebody came in \(shift) places off his turn")
        let places = sights.compactMap(\.place)
        // A few hundred may be let in as fast as they come.
        #expect(!places.isEmpty || !Self.isStress, "nobody was told his place")
        #expect(places.allSatisfy { $0 >= 50 })
        let last = times.max().map { $0 - start } ?? .zero
        print(
          "storm: \(count) log-ins at once: all in after \(last / .seconds(1)) s, "
            + "at most \(shift) places off their turn, \(places.count) told how many are before "
            + "them (up to \(places.max() ?? 0))")
        #expect(try await server.stop() == 0)
      }
    }
  }
}
