import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// A WebSocket client for tests: sends anything, also what is forbidden, and reports every frame.
final class TestWebSocketClient: Sendable {
  /// Something that the server did.
  enum Event: Equatable, Sendable {
    /// A whole data message.
    case text(String)
    case ping([UInt8])
    case pong([UInt8])
    /// A close frame; the code is nil if it had no payload.
    case close(code: UInt16?, reason: String)
    /// The TCP connection ended.
    case eof
  }

  /// What went wrong in the client, as opposed to what the server did.
  enum Failure: Error, Equatable {
    /// The server answered the upgrade with something other than 101.
    case notUpgraded(status: Int, response: String)
    /// The connection ended before the server answered.
    case closedBeforeAnswer
    case timedOut(waitingFor: String)
    /// Something else arrived than what was waited for.
    case unexpected(Event)
  }

  let channel: any Channel
  private let events: EventQueue<Event>

  private init(channel: any Channel, events: EventQueue<Event>) {
    self.channel = channel
    self.events = events
  }

  /// Connects and upgrades.
  ///
  /// - Parameters:
  ///   - headers: replace those of an ordinary upgrade request that have the same name; an empty
  ///     value leaves the header out.
  ///   - bytes: sent in the same packet as the request.
  ///   - receiveBuffer: how many bytes the kernel takes that nobody has read; nil for its own choice.
  ///   - trust: is shown the certificates that are presented; nil for a connection without TLS.
  static func connect(
    host: String = "127.0.0.1", port: Int, path: String = "/ws",
    headers: [(String, String)] = [], thenSending bytes: [UInt8] = [],
    receiveBuffer: Int? = nil,
    securedWith trust: (@Sendable ([NIOSSLCertificate]) -> Void)? = nil,
    timeout: Duration = .seconds(5)
  ) async throws -> TestWebSocketClient {
    let events = EventQueue<Event>()
    let upgrade = EventQueue<Result<Void, Failure>>()
    var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
    if let receiveBuffer {
      // The server's side of the kernel keeps some twenty segments, which are large on this machine.
      let segmentSize = NIOBSDSocket.Option(rawValue: TCP_MAXSEG)
      bootstrap =
        bootstrap
        .channelOption(.socketOption(.so_rcvbuf), value: SocketOptionValue(receiveBuffer))
        .channelOption(.tcpOption(segmentSize), value: 1400)
    }
    let channel =
      try await bootstrap
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          if let trust {
            let context = try NIOSSLContext(configuration: .makeClientConfiguration())
            try channel.pipeline.syncOperations.addHandler(
              NIOSSLClientHandler(context: context, serverHostname: "localhost") { chain, promise in
                trust(chain)
                promise.succeed(.certificateVerified)
              })
          }
          try channel.pipeline.syncOperations.addHandler(
            TestClientHandler(events: events, upgrade: upgrade))
        }
      }
      .connect(host: host, port: port).get()
    let client = TestWebSocketClient(channel: channel, events: events)
    try await client.sendRaw(
      Array(request(path: path, host: "\(host):\(port)", headers).utf8) + bytes)
    guard let answer = await upgrade.next(timeout: timeout) else {
      throw Failure.timedOut(waitingFor: "the upgrade")
    }
    try answer.get()
    return client
  }

  private static func request(path: String, host: String, _ headers: [(String, String)]) -> String {
    var all = HTTPHeaders([
      ("Host", host), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
      ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ])
    for (name, value) in headers { all.replaceOrAdd(name: name, value: value) }
    let lines = all.filter { !$0.value.isEmpty }.map { "\($0.name): \($0.value)\r\n" }
    return "GET \(path) HTTP/1.1\r\n\(lines.joined())\r\n"
  }

  // MARK: Sending

  /// Sends one text message in one frame.
  func send(text: String) async throws {
    try await sendRaw(Self.frame(opcode: 0x1, Array(text.utf8)))
  }

  /// Sends one binary message in one frame.
  func send(binary: [UInt8]) async throws {
    try await sendRaw(Self.frame(opcode: 0x2, binary))
  }

  /// Sends one text message in as many frames as there are parts.
  func sendFragments(_ parts: [String]) async throws {
    for (index, part) in parts.enumerated() {
      try await sendRaw(
        Self.frame(
          opcode: index == 0 ? 0x1 : 0x0, Array(part.utf8), isFinal: index == parts.count - 1))
    }
  }

  func sendPing(_ payload: [UInt8] = []) async throws {
    try await sendRaw(Self.frame(opcode: 0x9, payload))
  }

  func sendPong(_ payload: [UInt8] = []) async throws {
    try await sendRaw(Self.frame(opcode: 0xA, payload))
  }

  /// Sends a close frame; without a code it has no payload.
  func sendClose(code: UInt16?, reason: String = "") async throws {
    let codeBytes = code.map { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] } ?? []
    try await sendRaw(Self.frame(opcode: 0x8, codeBytes + Array(reason.utf8)))
  }

  /// Sends bytes as they are.
  func sendRaw(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// The bytes of a frame, masked like a client's unless told otherwise.
  static func frame(
    opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isMasked: Bool = true,
    reservedBits: UInt8 = 0, announcedLength: Int? = nil
  ) -> [UInt8] {
    let length = announcedLength ?? payload.count
    var frame: [UInt8] = [(isFinal ? 0x80 : 0) | reservedBits << 4 | opcode]
    let maskBit: UInt8 = isMasked ? 0x80 : 0
    if 0..<126 ~= length {
      frame.append(maskBit | UInt8(length))
    } else if 0...0xFFFF ~= length {
      frame.append(maskBit | 126)
      frame += [UInt8(length >> 8), UInt8(truncatingIfNeeded: length)]
    } else {
      frame.append(maskBit | 127)
      frame += stride(from: 56, through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: length >> $0)
      }
    }
    guard isMasked else { return frame + payload }
    let mask: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    frame += mask
    frame.append(contentsOf: payload.enumerated().map { $1 ^ mask[$0 % 4] })
    return frame
  }

  // MARK: Receiving

  /// The next thing that the server did, except that pings are answered and left out if asked.
  func nextEvent(timeout: Duration = .seconds(5)) async throws -> Event {
    guard let event = await events.next(timeout: timeout) else {
      throw Failure.timedOut(waitingFor: "an event")
    }
    return event
  }

  /// The next text message; anything else in its place is an error. Pings are answered.
  func nextText(timeout: Duration = .seconds(5)) async throws -> String {
    while true {
      switch try await nextEvent(timeout: timeout) {
      case .text(let text): return text
      case .ping(let payload): try await sendPong(payload)
      case let other: throw Failure.unexpected(other)
      }
    }
  }

  /// Whether nothing arrives for `duration`.
  func staysSilent(for duration: Duration) async -> Bool {
    await events.next(timeout: duration) == nil
  }

  /// Stops taking bytes from the network, so that the server's writes get stuck.
  func stopReading() async throws {
    try await channel.setOption(.autoRead, value: false).get()
  }

  /// Takes bytes again.
  func resumeReading() async throws {
    try await channel.setOption(.autoRead, value: true).get()
    channel.read()
  }

  /// Ends the TCP connection without a close frame.
  func disconnect() async throws {
    try await channel.close()
  }
}
