import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportLivenessTests {
    @Test func aHandshakeThatDoesNotComeIsTimedOut() async throws {
      try await TransportRig.run(configure: { $0.limits.handshakeTimeout = .milliseconds(500) }) {
        rig in
        let client = try await TestWebSocketClient.connect(port: rig.listener.port)
        try await client.sendPing()
        #expect(try await client.nextEvent() == .pong([]))
        #expect(try await client.nextEvent() == .close(code: 1008, reason: "Handshake timeout"))
      }
    }

    @Test func theServerPings() async throws {
      try await TransportRig.run(configure: { $0.limits.pingInterval = .milliseconds(50) }) { rig in
        let client = try await rig.client()
        #expect(try await client.nextEvent() == .ping([]))
        #expect(try await client.nextEvent() == .ping([]))
      }
    }

    @Test func aSilentPeerIsClosed() async throws {
      try await TransportRig.run(configure: { $0.limits.readTimeout = .milliseconds(500) }) { rig in
        let client = try await rig.client()
        #expect(try await client.nextEvent() == .close(code: 1008, reason: "Connection timed out"))
      }
    }

    @Test(arguments: [0x1, 0x9, 0xA] as [UInt8])
    func anyFrameKeepsTheConnectionAlive(_ opcode: UInt8) async throws {
      try await TransportRig.run(configure: { $0.limits.readTimeout = .milliseconds(1500) }) {
        rig in
        let client = try await rig.client()
        for _ in 0..<6 {
          try await Task.sleep(for: .milliseconds(400))
          try await client.sendRaw(TestWebSocketClient.frame(opcode: opcode, [0x61]))
          if opcode == 0x1 { #expect(try await client.nextText() == "a") }
          if opcode == 0x9 { #expect(try await client.nextEvent() == .pong([0x61])) }
        }
        try await client.sendPing([1])
        #expect(try await client.nextEvent() == .pong([1]))
      }
    }

    @Test func aPeerThatTakesNothingIsClosedAndDelaysNobody() async throws {
      try await TransportRig.run(configure: { $0.limits.writeTimeout = .seconds(1) }) { rig in
        let stuck = try await rig.client()
        let socket = try #require(await rig.chat.opened.next(timeout: .seconds(5)))
        let other = try await rig.client()
        try await stuck.stopReading()
        let chunk = ByteBuffer(repeating: 0x61, count: 1 << 20)
        for _ in 0..<32 { #expect(socket.enqueue(chunk)) }
        socket.flush()
        try await other.send(text: "still here")
        #expect(try await other.nextText() == "still here")
        #expect(await rig.chat.closed.next(timeout: .seconds(5)) != nil)
      }
    }

    @Test func theQueueIsBounded() async throws {
      try await TransportRig.run(configure: {
        $0.limits.maxQueuedFrames = 10
        $0.limits.maxQueuedBytes = 100
      }) { rig in
        _ = try await rig.client()
        let socket = try #require(await rig.chat.opened.next(timeout: .seconds(5)))
        for _ in 0..<10 { #expect(socket.enqueue(ByteBuffer(string: "x"))) }
        #expect(!socket.enqueue(ByteBuffer(string: "x")), "ten frames are the limit")
        socket.flush()
        _ = try await rig.client()
        #expect(socket.enqueue(ByteBuffer(repeating: 0x61, count: 100)))
        #expect(!socket.enqueue(ByteBuffer(string: "x")), "a hundred bytes are the limit")
      }
    }

    @Test func aPeerThatReadsSlowlyButReadsIsKept() async throws {
      try await TransportRig.run(configure: { $0.limits.writeTimeout = .milliseconds(1500) }) {
        rig in
        let slow = try await rig.client()
        let socket = try #require(await rig.chat.opened.next(timeout: .seconds(5)))
        try await slow.stopReading()
        for _ in 0..<8 { #expect(socket.enqueue(ByteBuffer(repeating: 0x61, count: 1 << 20))) }
        socket.flush()
        for _ in 0..<8 {
          try await Task.sleep(for: .milliseconds(300))
          try await slow.resumeReading()
          try await Task.sleep(for: .milliseconds(5))
          try await slow.stopReading()
        }
        try await slow.resumeReading()
        for _ in 0..<8 { #expect(try await slow.nextText().utf8.count == 1 << 20) }
      }
    }
  }
}
