import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportCloseTests {
    @Test(arguments: [1000, 1001, 1011, 3000, 4999] as [UInt16])
    func aCloseIsAnsweredWithItsCodeAndNoReason(_ code: UInt16) async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendClose(code: code, reason: "bye")
        #expect(try await client.nextEvent() == .close(code: code, reason: ""))
        #expect(try await client.nextEvent() == .eof)
      }
    }

    @Test func aCloseWithoutCodeIsAnsweredWithoutCode() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendClose(code: nil)
        #expect(try await client.nextEvent() == .close(code: nil, reason: ""))
        #expect(try await client.nextEvent() == .eof)
      }
    }

    @Test func whatIsQueuedComesBeforeTheClose() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        let socket = try #require(await rig.chat.opened.next(timeout: .seconds(5)))
        for number in 0..<3 { #expect(socket.enqueue(ByteBuffer(string: "\(number)"))) }
        socket.close(code: 1008, reason: String(repeating: "é", count: 100))
        #expect(socket.enqueue(ByteBuffer(string: "late")), "dropped, but not for a full queue")
        for number in 0..<3 { #expect(try await client.nextText() == "\(number)") }
        #expect(
          try await client.nextEvent()
            == .close(code: 1008, reason: String(repeating: "é", count: 60)))
        #expect(try await client.nextEvent() == .eof, "bounded, although we did not answer")
      }
    }

    @Test func refusalOfAHandshake() async throws {
      try await TransportRig.run(.close(code: 1008, reason: "Username required")) { rig in
        let client = try await TestWebSocketClient.connect(port: rig.listener.port)
        try await client.send(text: "{}")
        #expect(try await client.nextEvent() == .close(code: 1008, reason: "Username required"))
        #expect(try await client.nextEvent() == .eof)
      }
    }

    @Test func closedIsReportedOnceWhenThePeerVanishes() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.disconnect()
        #expect(await rig.chat.closed.next(timeout: .seconds(5)) == "127.0.0.1")
        #expect(await rig.chat.closed.next(timeout: .milliseconds(100)) == nil)
      }
    }

    @Test func shutdownSaysServiceRestart() async throws {
      let rig = try await TransportRig.start(configure: { $0.limits.closeTimeout = .seconds(3) })
      let polite = try await rig.client()
      let rude = try await rig.client()
      let unfinished = try await TestWebSocketClient.connect(port: rig.listener.port)
      async let answer: Void = {
        #expect(
          try await polite.nextEvent() == .close(code: 1012, reason: "server restarting"))
        try await polite.sendClose(code: 1012)
        #expect(try await polite.nextEvent() == .eof)
      }()
      let start = ContinuousClock.now
      await rig.listener.shutdown()
      #expect(ContinuousClock.now - start < .seconds(8))
      #expect(rig.listener.connectionCount == 0)
      try await answer
      #expect(try await rude.nextEvent() == .close(code: 1012, reason: "server restarting"))
      #expect(try await rude.nextEvent() == .eof)
      #expect(try await unfinished.nextEvent() == .close(code: 1012, reason: "server restarting"))
      await #expect(throws: (any Error).self) {
        try await TestWebSocketClient.connect(port: rig.listener.port)
      }
    }
  }
}
