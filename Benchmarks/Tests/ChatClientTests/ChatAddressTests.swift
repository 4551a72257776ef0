import ChatClient
import Testing

@Suite("Addresses")
struct ChatAddressTests {
  @Test("Host, port and path are told apart")
  func parts() throws {
    let address = try ChatAddress("ws://[::1]:9000/chat?x=1")
    #expect(address.host == "::1")
    #expect(address.port == 9000)
    #expect(address.path == "/chat?x=1")
    #expect(address.authority == "[::1]:9000")
    #expect(try ChatAddress("ws://chat").port == 80)
  }

  @Test(
    "Only this machine is loopback",
    arguments: [
      ("ws://127.0.0.1:1", true), ("ws://127.9.9.9:1", true), ("ws://localhost:1", true),
      ("ws://[::1]:1", true), ("ws://127.0.0.1.example.org:1", false), ("ws://10.0.0.1:1", false),
      ("ws://127.example.org:1", false), ("ws://localhost.example.org:1", false),
    ])
  func loopback(url: String, expected: Bool) throws {
    #expect(try ChatAddress(url).isLoopback == expected)
  }

  @Test(
    "What cannot be used is refused",
    arguments: ["", "wss://a/ws", "http://a", "ws://", "ws://a:0", "ws://a:x", "ws://a/b c"])
  func refused(_ url: String) {
    #expect(throws: ChatClientError.self) { try ChatAddress(url) }
  }
}
