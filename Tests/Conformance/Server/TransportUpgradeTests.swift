import NIOCore
import NIOPosix
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportUpgradeTests {
    private typealias Client = TestWebSocketClient

    @Test func theQueryIsIgnored() async throws {
      try await TransportRig.run { rig in
        let client = try await Client.connect(
          port: rig.listener.port, path: "/ws?username=a%20b&x=1")
        try await client.send(text: "hello")
        #expect(try await client.nextText() == "welcome")
      }
    }

    @Test(
      arguments: [
        ("", nil), ("http://127.0.0.1", nil), ("http://localhost:3000", nil),
        ("https://chat.example", nil), ("https://chat.example:443", 400),
        ("http://evil.example", 400),
        ("http://127.0.0.1.evil.example", 400), ("null", 400), ("://", 400), ("127.0.0.1", 400),
      ] as [(String, Int?)])
    func originsOverTheWire(_ origin: String, _ status: Int?) async throws {
      try await TransportRig.run(configure: {
        $0.origins = OriginRule(allowed: ["https://chat.example"])
      }) { rig in
        do {
          _ = try await rig.client(headers: [("Origin", origin)])
          #expect(status == nil)
        } catch Client.Failure.notUpgraded(let refused, let response) {
          #expect(refused == status)
          #expect(response.contains("Origin"))
        }
      }
    }

    @Test(arguments: [
      ("Upgrade", "", 400, "chat client"), ("Connection", "", 400, "chat client"),
      ("Sec-WebSocket-Version", "8", 400, "version 13"), ("Sec-WebSocket-Version", "", 400, "13"),
      ("Sec-WebSocket-Key", "", 400, "Sec-WebSocket-Key"),
      ("Sec-WebSocket-Key", "c2hvcnQ=", 400, "16 bytes"),
      ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSB0b28gbG9uZw==", 400, "16 bytes"),
      ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25j!!==", 400, "16 bytes"),
    ])
    func badUpgrades(_ name: String, _ value: String, _ status: Int, _ text: String) async throws {
      try await TransportRig.run { rig in
        do {
          _ = try await Client.connect(port: rig.listener.port, headers: [(name, value)])
          Issue.record("it was upgraded")
        } catch Client.Failure.notUpgraded(let refused, let response) {
          #expect(refused == status)
          #expect(response.contains(text))
        }
      }
    }

    @Test func messagesMayComeInTheSamePacketAsTheRequest() async throws {
      try await TransportRig.run { rig in
        let client = try await Client.connect(
          port: rig.listener.port, thenSending: Client.frame(opcode: 0x1, [0x68]))
        #expect(try await client.nextText() == "welcome")
      }
    }

    @Test func onlyTheExactPathIsUpgraded() async throws {
      try await TransportRig.run { rig in
        for path in ["/", "/ws/", "/wsx", "/health/ws"] {
          await #expect {
            try await Client.connect(port: rig.listener.port, path: path)
          } throws: { error in
            guard case Client.Failure.notUpgraded(404, _) = error else { return false }
            return true
          }
        }
      }
    }

    @Test func clientsBehindATrustedProxyAreKnownByTheirAddress() async throws {
      try await TransportRig.run(configure: {
        $0.proxies = TrustedProxies(networks: ["127.0.0.0/8"].compactMap(IPNetwork.init))
      }) { rig in
        _ = try await rig.client(headers: [("X-Forwarded-For", "6.6.6.6, 203.0.113.9, 127.0.0.2")])
        let socket = try #require(await rig.chat.opened.next(timeout: .seconds(5)))
        #expect(socket.clientAddress == "203.0.113.9")
      }
    }

    @Test func connectionsBeyondTheLimitAreRefused() async throws {
      try await TransportRig.run(configure: { $0.limits.maxConnections = 2 }) { rig in
        let first = try await rig.client()
        _ = try await rig.client()
        await #expect(throws: (any Error).self) {
          try await Client.connect(port: rig.listener.port)
        }
        try await first.disconnect()
        _ = await rig.chat.closed.next(timeout: .seconds(5))
        while rig.listener.connectionCount > 1 { try await Task.sleep(for: .milliseconds(5)) }
        _ = try await rig.client()
      }
    }

    @Test func connectionsOfOneAddressAreLimitedIfAsked() async throws {
      try await TransportRig.run(configure: { $0.limits.maxConnectionsPerAddress = 1 }) { rig in
        _ = try await rig.client()
        await #expect(throws: (any Error).self) {
          try await Client.connect(port: rig.listener.port)
        }
      }
    }

    @Test func aPortInUseIsNamedWithTheRemedy() async throws {
      try await TransportRig.run { rig in
        let port = rig.listener.port
        await #expect {
          _ = try await TransportRig.start(configure: { $0.port = port })
        } throws: { error in
          let text = "\(error)"
          return error is ListenerError && text.contains("port \(port)")
            && text.contains("already in use") && text.contains("MARCHAT_PORT")
        }
      }
    }
  }
}
