import DriverAPI
import Logging
import NIOPosix

@testable import Server

/// The chat on a database of its own, behind a real listener.
struct ListeningChat {
  let chat: ChatServer
  let listener: ChatListener
  let database: Database

  /// Runs `body` with one and stops it whatever happens.
  static func run(
    on backend: TestBackend = .sqlite, _ settings: ChatSettings = ChatSettings(),
    limits: TransportLimits = TransportLimits(),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (ListeningChat) async throws -> Void
  ) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      let chat = try await ChatServer(
        database: database, settings: settings, flusher: EventLoopFlusher(), logger: logger)
      let listener = try await ChatListener.start(
        ChatListener.Settings(host: "127.0.0.1", port: 0, limits: limits),
        on: MultiThreadedEventLoopGroup.singleton, routes: [], entrance: chat, logger: logger)
      let outcome: Result<Void, any Error>
      do {
        outcome = .success(
          try await body(ListeningChat(chat: chat, listener: listener, database: database)))
      } catch { outcome = .failure(error) }
      await listener.stopAccepting()
      await chat.shutdown()
      await listener.shutdown()
      await database.close()
      try outcome.get()
    }
  }

  /// A client that is logged in and has been shown its history.
  func enter(
    _ name: String, receiveBuffer: Int? = nil
  ) async throws -> TestWebSocketClient {
    let client = try await TestWebSocketClient.connect(
      port: listener.port, receiveBuffer: receiveBuffer)
    try await client.send(text: #"{"username":"\#(name)"}"#)
    for _ in 0..<2 { _ = try await client.text { $0.hasPrefix(#"{"type":"userlist""#) } }
    return client
  }
}

extension TestWebSocketClient {
  /// The next text of a kind; others are left out.
  func text(
    timeout: Duration = .seconds(10), where fits: (String) -> Bool
  ) async throws -> String {
    while true {
      let text = try await nextText(timeout: timeout)
      if fits(text) { return text }
    }
  }

  /// The next text message with that content.
  @discardableResult
  func content(_ content: String) async throws -> String {
    try await text { $0.contains(#""content":"\#(content)""#) }
  }
}
