import DriverAPI
import Logging
import NIOCore
import Testing

@testable import Server

/// A chat over a database of its own, which outlives the chat so that it can be reopened.
final class ChatRig {
  let place: TestDatabase
  private(set) var database: Database
  private(set) var server: ChatServer

  /// Runs `body` with a fresh chat and removes its database afterwards. `prepare` sees the database
  /// before the chat does.
  static func run(
    _ backend: TestBackend, _ settings: ChatSettings = ChatSettings(), sqliteOptions: String = "",
    line: FaultyLine? = nil,
    prepare: (Database) async throws -> Void = { _ in },
    _ body: (ChatRig) async throws -> Void
  ) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open(sqliteOptions: sqliteOptions, line: line)
      try await prepare(database)
      let rig = ChatRig(place, database, try await Self.serve(database, settings))
      do {
        try await body(rig)
        await rig.server.shutdown()
        #expect(try await rig.unnotedCount() == 0, "messages of ours whose place nobody noted")
      } catch {
        await rig.stop()
        throw error
      }
      await rig.stop()
    }
  }

  private init(_ place: TestDatabase, _ database: Database, _ server: ChatServer) {
    self.place = place
    self.database = database
    self.server = server
  }

  /// Stops the chat, closes the database, opens it again and starts another chat.
  func restart(_ settings: ChatSettings = ChatSettings()) async throws {
    await stop()
    database = try await openAgain()
    server = try await Self.serve(database, settings)
  }

  /// Stops the chat and closes its database.
  func stop() async {
    await server.shutdown()
    await database.close()
  }

  /// Waits until the background's look at the database has found something.
  func waitForCheck(_ holds: (ChatStatus) -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while !holds(server.status()) {
      try #require(ContinuousClock.now < deadline, "\(server.status())")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// A client that has not said anything yet.
  func connect() -> ChatClient { ChatClient(server) }

  /// A client that is logged in and has been shown its history.
  func enter(_ name: String, adminKey: String? = nil) async throws -> ChatClient {
    let client = connect()
    client.shakeHands(name, adminKey: adminKey)
    try await client.waitUntil("\(name) is logged in") { $0.userLists.count >= 2 }
    return client
  }

  /// The same database once more, as another process would open it.
  func openAgain() async throws -> Database { try await place.open() }

  /// A chat on a database.
  static func serve(
    _ database: Database, _ settings: ChatSettings
  ) async throws -> ChatServer {
    var logger = Logger(label: "chat.test")
    logger.logLevel = .critical
    return try await ChatServer(database: database, settings: settings, logger: logger)
  }
}

/// One client of the chat under test.
final class ChatClient {
  struct TimedOut: Error, CustomStringConvertible {
    var description: String
  }

  let socket = RecordingSocket()
  private let receiver: any SocketReceiver
  private var decoded: [WireMessage] = []
  private var decodedCount = 0

  init(_ server: any ChatEntrance) {
    receiver = server.open(socket)
  }

  /// Sends a text as it is.
  func send(_ json: String) { receiver.received(ByteBuffer(string: json)) }

  /// Sends a message.
  func send(_ message: WireMessage) { receiver.received(WireEncoder.message(message)) }

  /// Sends what a stock client sends for a line of text.
  func say(_ text: String) { send(WireMessage(sender: "ignored", content: text)) }

  /// Sends a direct message.
  func whisper(_ text: String, to name: String) {
    send(WireMessage(content: text, type: "dm", recipient: name))
  }

  func shakeHands(_ name: String, adminKey: String? = nil) {
    let key = adminKey.map { #","admin_key":"\#($0)""# } ?? ""
    send(#"{"username":"\#(name)","admin":\#(adminKey != nil)\#(key)}"#)
  }

  /// The connection breaks.
  func disconnect() { receiver.closed() }

  /// The chat messages that came, in order.
  var messages: [WireMessage] {
    get throws {
      let sent = socket.sent
      for frame in sent[decodedCount...] where !frame.hasPrefix(#"{"type""#) {
        decoded.append(try WireDecoder.message(ByteBuffer(string: frame)))
      }
      decodedCount = sent.count
      return decoded
    }
  }

  /// The lists of users that came, in order, as JSON.
  var userLists: [String] { socket.sent.filter { $0.hasPrefix(#"{"type":"userlist""#) } }

  /// What the server itself said, in order.
  var notices: [String] {
    get throws { try messages.filter { $0.sender == "System" }.map(\.content) }
  }

  /// The texts and direct messages that came, in order.
  var texts: [String] {
    get throws {
      try messages.filter { $0.sender != "System" && ["text", "dm"].contains($0.type) }
        .map(\.content)
    }
  }

  /// Waits until something holds.
  func waitUntil(
    _ what: String, _ holds: (ChatClient) throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try !holds(self) {
      guard ContinuousClock.now < deadline else {
        throw TimedOut(description: "waited in vain: \(what); came: \(socket.sent.suffix(8))")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits for the first message of a kind.
  @discardableResult
  func message(
    _ what: String, where fits: (WireMessage) -> Bool
  ) async throws -> WireMessage {
    var found: WireMessage?
    try await waitUntil(what) {
      found = try $0.messages.first(where: fits)
      return found != nil
    }
    return try #require(found)
  }

  /// Waits for a text or direct message.
  @discardableResult
  func text(_ content: String) async throws -> WireMessage {
    try await message("the text \(content)") { $0.content == content && $0.sender != "System" }
  }

  /// Waits for something the server says.
  func notice(_ text: String) async throws {
    try await message("the notice \(text)") { $0.sender == "System" && $0.content == text }
  }

  /// Says something and waits for its echo: what came before it has then come too.
  func settle() async throws {
    let mark = "mark \(UInt64.random(in: .min ... .max))"
    whisper(mark, to: "nobody")
    try await text(mark)
  }
}
