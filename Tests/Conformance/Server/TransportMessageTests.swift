import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportMessageTests {
    @Test func textAndBinaryAreTreatedAlike() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.send(text: "täxt")
        #expect(try await client.nextText() == "täxt")
        try await client.send(binary: Array("bin".utf8))
        #expect(try await client.nextText() == "bin")
      }
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536, 1_000_000])
    func messagesOfEveryLengthComeBack(_ count: Int) async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        let text = String((0..<count).map { Character(Unicode.Scalar(UInt8(97 + $0 % 26))) })
        try await client.send(text: text)
        #expect(try await client.nextText() == text)
      }
    }

    @Test func fragmentsAreJoinedWithControlFramesBetweenThem() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendFragments(["a", "", "bc", "d"])
        #expect(try await client.nextText() == "abcd")
        try await client.sendRaw(
          TestWebSocketClient.frame(opcode: 0x1, Array("left ".utf8), isFinal: false)
            + TestWebSocketClient.frame(opcode: 0x9, [1, 2, 3])
            + TestWebSocketClient.frame(opcode: 0x0, Array("right".utf8)))
        #expect(try await client.nextEvent() == .pong([1, 2, 3]))
        #expect(try await client.nextText() == "left right")
      }
    }

    @Test func aByteAtATimeIsEnough() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        let bytes =
          TestWebSocketClient.frame(opcode: 0x1, Array("slow".utf8), isFinal: false)
          + TestWebSocketClient.frame(opcode: 0x0, Array(repeating: 0x78, count: 200))
        for byte in bytes { try await client.sendRaw([byte]) }
        #expect(try await client.nextText() == "slow" + String(repeating: "x", count: 200))
      }
    }

    @Test func whatFollowsTheHandshakeAtOnceMayBeLong() async throws {
      try await TransportRig.run { rig in
        let client = try await TestWebSocketClient.connect(port: rig.listener.port)
        let long = [UInt8](repeating: 0x79, count: 100_000)
        try await client.sendRaw(
          TestWebSocketClient.frame(opcode: 0x1, [0x68])
            + TestWebSocketClient.frame(opcode: 0x1, long))
        #expect(try await client.nextText() == "welcome")
        #expect(try await client.nextText().utf8.count == 100_000)
      }
    }

    @Test func messagesOf32MiBPass() async throws {
      let limit = 32 << 20
      try await TransportRig.run(.echo(maxBytes: limit)) { rig in
        let client = try await rig.client()
        let part = [UInt8](repeating: 0x7A, count: 1 << 20)
        let masked = TestWebSocketClient.frame(opcode: 0x0, part, isFinal: false)
        try await client.sendRaw(
          TestWebSocketClient.frame(opcode: 0x1, [], isFinal: false))
        for _ in 0..<32 { try await client.sendRaw(masked) }
        try await client.sendRaw(TestWebSocketClient.frame(opcode: 0x0, []))
        #expect(try await client.nextText(timeout: .seconds(30)).utf8.count == limit)
      }
    }

    @Test func manySocketsAreFlushedTogetherAndInOrder() async throws {
      try await TransportRig.run { rig in
        var clients: [TestWebSocketClient] = []
        var sockets: [any ClientSocket] = []
        for _ in 0..<20 {
          clients.append(try await rig.client())
          sockets.append(try #require(await rig.chat.opened.next(timeout: .seconds(5))))
        }
        for number in 0..<50 {
          let message = WireEncoder.message(WireMessage(sender: "a", messageID: Int64(number)))
          for socket in sockets { #expect(socket.enqueue(message)) }
          FlushBatch.flush(sockets)
        }
        for client in clients {
          for number in 0..<50 {
            let text = try await client.nextText()
            #expect(try WireDecoder.message(ByteBuffer(string: text)).messageID == Int64(number))
          }
        }
      }
    }

    @Test func pingsAreAnsweredWithTheirPayload() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendPing(Array("payload".utf8))
        #expect(try await client.nextEvent() == .pong(Array("payload".utf8)))
        try await client.sendPing()
        #expect(try await client.nextEvent() == .pong([]))
      }
    }
  }
}
