import Foundation
import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  /// What clients that do not read can make the server hold together.
  @Suite(.timeLimit(.minutes(3))) struct TransportOutflowTests {
    private typealias Client = TestWebSocketClient

    private static let fileByteCount = 64 << 10

    /// A file in base64, which takes about 90 KB on its way.
    private static let file =
      #"{"type":"file","file":{"filename":"f","size":\#(fileByteCount),"data":""#
      + Data(repeating: 7, count: fileByteCount).base64EncodedString() + #""}}"#

    private static var settings: ChatSettings {
      var settings = ChatSettings()
      settings.rateLimitIsOn = false
      settings.outflowLimit = 1536 << 10
      return settings
    }

    /// Enters and goes to a channel of that name.
    private func enter(
      _ name: String, in channel: String, of server: ListeningChat
    ) async throws -> Client {
      // What the kernel holds for it does not count.
      let client = try await server.enter(name, receiveBuffer: 4096)
      try await client.send(text: #"{"type":"join_channel","channel":"\#(channel)"}"#)
      _ = try await client.text { $0.contains("Joined channel #\(channel)") }
      return client
    }

    @Test func thoseWhoHoldMostAreCutWhereAllTogetherHoldTooMuch() async throws {
      var limits = TransportLimits()
      // The machine may be busy with others.
      limits.closeTimeout = .seconds(20)
      limits.writeTimeout = .seconds(100)
      let log = LogRecorder()
      try await ListeningChat.run(Self.settings, limits: limits, logger: log.logger) { server in
        let names = ["ada", "bea", "cleo"]
        var (slow, senders): ([Client], [Client]) = ([], [])
        for name in names {
          slow.append(try await enter(name, in: name, of: server))
          senders.append(try await enter("to-\(name)", in: name, of: server))
        }
        let other = try await server.enter("other")
        for client in slow { try await client.stopReading() }
        // None of them is near its own bound of 64 MiB.
        for round in 0..<10 {
          for (sender, count) in zip(senders, [3, 2, 1]) {
            for _ in 0..<count {
              try await sender.send(text: Self.file)
              _ = try await sender.text { $0.contains(#""type":"file""#) }
            }
          }
          try await other.send(text: #"{"content":"round \#(round)"}"#)
          try await other.content("round \(round)")
        }
        let cut = log.lines("slow reader cut")
        #expect(cut.first?.contains("user=ada") == true, "who holds most goes first: \(cut)")
        #expect(cut.first?.contains("held=") == true)
        // Those who read were never in danger.
        let late = try await Client.connect(port: server.listener.port)
        try await late.send(text: #"{"username":"late"}"#)
        let list = try await late.text { $0.hasPrefix(#"{"type":"userlist""#) }
        #expect(!list.contains(#""ada""#))
        for name in ["other", "to-ada", "to-bea", "to-cleo"] {
          #expect(list.contains("\"\(name)\""))
        }
        try await slow[0].resumeReading()
        while true {
          switch try await slow[0].nextEvent() {
          case .text: continue
          case .close(let code, let reason):
            #expect(code == 1008 && reason.hasPrefix("slow consumer: too much waits"), "\(reason)")
          case let event: Issue.record("\(event)")
          }
          break
        }
        let again = try await server.enter("ada")
        for client in [again, late] + slow.dropFirst() { try await client.disconnect() }
      }
    }

    @Test func whatIsOnItsWayCountsOnceAndIsGivenBack() throws {
      let budget = OutflowBudget(limit: 1000)
      try hold(OutgoingMessage(ByteBuffer(repeating: 1, count: 1024), in: budget), of: budget)
      #expect(budget.heldCount == 0)
    }

    private func hold(_ message: OutgoingMessage, of budget: OutflowBudget) throws {
      #expect(budget.heldCount >= 1024 && budget.isOver)
      var limits = TransportLimits()
      limits.maxQueuedBytes = 10_000
      var outbox = Outbox()
      for _ in 0..<9 {
        let isTaken = outbox.append(message, limits)
        #expect(isTaken)
      }
      #expect(budget.heldCount < 2048, "a message for many counts once")
      let isTaken = outbox.append(message, limits)
      #expect(!isTaken)
      outbox.cut(Outbox.Farewell(code: 1008, reason: "x"))
      #expect(outbox.byteCount == 0 && outbox.popFirst() == nil)
      var sending = SendingMessages()
      sending.append(message, end: 1028)
      sending.append(message, end: 2056)
      sending.drop(upTo: 1027)
      #expect(sending.byteCount == 2048)
      sending.drop(upTo: 1028)
      #expect(sending.byteCount == 1024 && !sending.isEmpty)
      sending.drop(upTo: 2056)
      #expect(sending.isEmpty && sending.byteCount == 0)
    }
  }
}
