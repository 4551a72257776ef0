import DriverAPI
import DriverFaults
import Logging
import Testing

@testable import Server

/// Several servers on one database, each as a process of its own would be.
final class FeedRig {
  /// One of them.
  final class Node {
    let database: Database
    let server: ChatServer
    /// What stands between it and the database.
    let proxy: FaultProxy?
    private var isOver = false

    fileprivate init(_ database: Database, _ server: ChatServer, _ proxy: FaultProxy?) {
      self.database = database
      self.server = server
      self.proxy = proxy
    }

    /// A client that is logged in and has been shown its history.
    func enter(_ name: String, adminKey: String? = nil) async throws -> ChatClient {
      let client = ChatClient(server)
      client.shakeHands(name, adminKey: adminKey)
      try await client.waitUntil("\(name) is logged in") { $0.userLists.count >= 2 }
      return client
    }

    /// Stops it in an orderly way.
    func stop() async {
      if isOver { return }
      isOver = true
      await server.shutdown()
      await database.close()
      proxy?.close()
    }
  }

  /// A server that is cut off for a while keeps its names: what happens else is tried elsewhere.
  private static var timing: ClusterTiming {
    ClusterTiming(
      lifetime: .seconds(130), ownLifetime: .seconds(120), silence: .seconds(120))
  }

  static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    settings.adminKey = "a long enough key"
    settings.admins = ["root"]
    return settings
  }

  let place: TestDatabase
  private(set) var nodes: [Node] = []

  /// Runs `body` with so many servers, the second of them behind a proxy.
  static func run(
    _ backend: TestBackend, _ count: Int, _ settings: ChatSettings = FeedRig.settings,
    isProxied: Bool = false, line: FaultyLine? = nil, _ body: (FeedRig) async throws -> Void
  ) async throws {
    try await TestDatabase.run(on: backend) { place in
      let rig = FeedRig(place)
      let outcome: Result<Void, any Error>
      do {
        for number in 0..<count {
          try await rig.add(
            settings, isProxied: isProxied && number == 1, line: number == 0 ? line : nil)
        }
        outcome = .success(try await body(rig))
      } catch { outcome = .failure(error) }
      for node in rig.nodes { await node.stop() }
      try outcome.get()
    }
  }

  private init(_ place: TestDatabase) { self.place = place }

  /// Starts one more server.
  @discardableResult
  func add(
    _ settings: ChatSettings = FeedRig.settings, isProxied: Bool = false,
    line: FaultyLine? = nil
  ) async throws -> Node {
    let proxy = isProxied ? try FaultProxy(for: try DatabaseURL(place.url)) : nil
    let database = try await place.open(line: line, through: proxy?.url)
    var logger = Logger(label: "chat.test")
    logger.logLevel = .critical
    let server = try await ChatServer(
      database: database, settings: settings,
      sharing: ServerIdentity(
        name: "\(nodes.count + 1)", host: "test", process: "\(nodes.count + 1)", address: "",
        timing: Self.timing),
      logger: logger)
    let node = Node(database, server, proxy)
    nodes.append(node)
    return node
  }

  /// The ids of a channel's messages, as they are stored.
  func storedIDs(of channel: String = "general") async throws -> [Int64] {
    try await nodes[0].database.query(
      "SELECT id FROM messages WHERE channel = ? AND recipient_folded = '' ORDER BY id", channel,
      as: Int64.self
    ).collect()
  }
}

extension ChatClient {
  /// The ids of the messages of a channel that came, in the order in which they did.
  func ids(in channel: String = "general") throws -> [Int64] {
    try messages.filter { $0.type == "text" && $0.sender != "System" && $0.channel == channel }
      .map(\.messageID)
  }
}
