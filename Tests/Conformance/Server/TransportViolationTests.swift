import NIOCore
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportViolationTests {
    private typealias Client = TestWebSocketClient

    static let violations: [(String, [UInt8])] = [
      ("frame not masked", Client.frame(opcode: 0x1, [0x61], isMasked: false)),
      ("reserved bits set", Client.frame(opcode: 0x1, [0x61], reservedBits: 0x4)),
      ("unknown opcode", Client.frame(opcode: 0x3, [])),
      ("unknown opcode", Client.frame(opcode: 0xB, [])),
      ("continuation without a message", Client.frame(opcode: 0x0, [0x61])),
      (
        "new message inside a fragmented one",
        Client.frame(opcode: 0x1, [0x61], isFinal: false) + Client.frame(opcode: 0x1, [0x61])
      ),
      ("fragmented control frame", Client.frame(opcode: 0x9, [], isFinal: false)),
      ("control frame too long", Client.frame(opcode: 0x9, [UInt8](repeating: 0, count: 126))),
      ("invalid frame length", Client.frame(opcode: 0x1, [], announcedLength: .min)),
      ("invalid close payload", Client.frame(opcode: 0x8, [0x03])),
      ("invalid close payload", Client.frame(opcode: 0x8, [0x03, 0xED])),  // 1005
      // A length that has a shorter form (RFC 6455, 5.2).
      ("frame length not in its shortest form", [0x81, 0xFE, 0, 1, 0, 0, 0, 0, 0x61]),
      ("frame length not in its shortest form", [0x81, 0xFE, 0, 125, 0, 0, 0, 0]),
      (
        "frame length not in its shortest form",
        [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0]
      ),
    ]

    @Test(arguments: violations)
    func violationsAreClosedWith1002(_ reason: String, _ bytes: [UInt8]) async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendRaw(bytes)
        #expect(try await client.nextEvent() == .close(code: 1002, reason: reason))
        #expect(try await client.nextEvent() == .eof)
        #expect(await rig.chat.closed.next(timeout: .seconds(5)) != nil)
      }
    }

    @Test(arguments: [
      ("text is not UTF-8", Client.frame(opcode: 0x1, [0xFF])),
      ("text is not UTF-8", Client.frame(opcode: 0x1, [0xC3])),
      (
        "text is not UTF-8",
        Client.frame(opcode: 0x1, [0xC3], isFinal: false) + Client.frame(opcode: 0x0, [0xC3])
      ),
      ("close reason is not UTF-8", Client.frame(opcode: 0x8, [0x03, 0xE8, 0xFF])),
    ])
    func whatIsNotUTF8IsClosedWith1007(_ reason: String, _ bytes: [UInt8]) async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendRaw(bytes)
        #expect(try await client.nextEvent() == .close(code: 1007, reason: reason))
        #expect(try await client.nextEvent() == .eof)
      }
    }

    @Test func aCharacterMayBeCutBetweenFragments() async throws {
      try await TransportRig.run { rig in
        let client = try await rig.client()
        try await client.sendRaw(
          Client.frame(opcode: 0x1, [0xE2, 0x82], isFinal: false)
            + Client.frame(opcode: 0x9, []) + Client.frame(opcode: 0x0, [0xAC]))
        #expect(try await client.nextEvent() == .pong([]))
        #expect(try await client.nextText() == "€")
      }
    }

    @Test func announcedLengthOverTheLimitIsRefusedAtOnce() async throws {
      try await TransportRig.run(.echo(maxBytes: 1000)) { rig in
        let client = try await rig.client()
        try await client.sendRaw(Client.frame(opcode: 0x1, [], announcedLength: 1001))
        #expect(try await client.nextEvent() == .close(code: 1009, reason: ""))
      }
    }

    @Test func fragmentsOverTheLimitAreRefusedWhileTheyArrive() async throws {
      try await TransportRig.run(.echo(maxBytes: 1000)) { rig in
        let client = try await rig.client()
        try await client.sendRaw(
          Client.frame(opcode: 0x1, [UInt8](repeating: 0x61, count: 600), isFinal: false))
        #expect(await client.staysSilent(for: .milliseconds(100)))
        try await client.sendRaw(
          Client.frame(opcode: 0x0, [UInt8](repeating: 0x61, count: 401), isFinal: false))
        #expect(try await client.nextEvent() == .close(code: 1009, reason: ""))
      }
    }

    @Test func theLimitItselfIsAllowed() async throws {
      try await TransportRig.run(.echo(maxBytes: 1000)) { rig in
        let client = try await rig.client()
        let text = String(repeating: "x", count: 1000)
        try await client.sendFragments([String(text.prefix(500)), String(text.suffix(500))])
        #expect(try await client.nextText() == text)
      }
    }

    @Test func handshakesAreLimitedTo4KiB() async throws {
      try await TransportRig.run { rig in
        let client = try await Client.connect(port: rig.listener.port)
        try await client.sendRaw(Client.frame(opcode: 0x1, [], announcedLength: 4097))
        #expect(try await client.nextEvent() == .close(code: 1009, reason: ""))
      }
    }

    @Test func bytesAfterAViolationAreSwallowedUntilTheEnd() async throws {
      try await TransportRig.run(.echo(maxBytes: 1000)) { rig in
        let client = try await rig.client()
        try await client.sendRaw(
          Client.frame(opcode: 0x1, [UInt8](repeating: 0x61, count: 1_000_000)))
        #expect(try await client.nextEvent() == .close(code: 1009, reason: ""))
        #expect(try await client.nextEvent() == .eof)
      }
    }
  }
}
