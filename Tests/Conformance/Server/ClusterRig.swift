import DriverAPI
import Logging
import MetricsTestKit
import Testing

@testable import Server

/// Servers on one database that are one chat, each with connections of its own.
final class ClusterRig {
  /// One of them.
  struct Member {
    let database: Database
    let shared: SharedChat
    /// Its statements.
    let metrics: TestMetrics

    /// The run that is at work.
    var chat: ChatServer { get throws { try #require(shared.chat) } }

    /// How many statements it has sent so far.
    var statementCount: Int {
      metrics.timers(label: "dovetail.statement.duration").reduce(0) { $0 + $1.values.count }
    }
  }

  let place: TestDatabase
  private(set) var members: [Member] = []

  /// So long that a busy machine takes nobody for dead.
  static var patient: ClusterTiming {
    var timing = ClusterTiming()
    timing.lifetime = .seconds(120)
    timing.ownLifetime = .seconds(100)
    timing.claimPatience = .seconds(60)
    return timing
  }

  static var settings: ChatSettings {
    var settings = ChatSettings()
    settings.rateLimitIsOn = false
    settings.retentionMax = 1_000_000
    settings.entryPatience = .seconds(60)
    return settings
  }

  /// Runs `body` with so many servers on a database of their own.
  static func run(
    _ backend: TestBackend, _ count: Int = 2, timing: ClusterTiming = patient,
    prepare: (Database) async throws -> Void = { _ in },
    _ body: (ClusterRig) async throws -> Void
  ) async throws {
    try await TestDatabase.run(on: backend) { place in
      let rig = ClusterRig(place)
      let outcome: Result<Void, any Error>
      do {
        let database = try await place.open()
        try await prepare(database)
        await database.close()
        for number in 0..<count { try await rig.add("server-\(number)", timing) }
        outcome = .success(try await body(rig))
      } catch { outcome = .failure(error) }
      await rig.stop()
      try outcome.get()
    }
  }

  private init(_ place: TestDatabase) {
    self.place = place
  }

  /// Starts another server.
  func add(
    _ name: String, _ timing: ClusterTiming = patient, process: String = "0",
    isGone: @escaping @Sendable (String) -> Bool = { _ in false }
  ) async throws {
    let metrics = TestMetrics()
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    configuration.metricsFactory = metrics
    let database = try await Database.open(
      try DatabaseURL(place.url), with: place.backend.driver, configuration: configuration)
    var logger = Logger(label: "chat.test")
    logger.logLevel = .critical
    let identity = ServerIdentity(
      name: name, host: "host", process: process, address: "nowhere", isGone: isGone,
      timing: timing)
    do {
      let shared = try await SharedChat(logger: logger) { [logger] whenLost in
        try await ChatServer(
          database: database, settings: Self.settings, sharing: identity, logger: logger,
          whenLost: whenLost)
      }
      members.append(Member(database: database, shared: shared, metrics: metrics))
    } catch {
      await database.close()
      throw error
    }
  }

  func stop() async {
    for member in members {
      await member.shared.shutdown()
      await member.database.close()
    }
  }

  /// A client of one server that has not said anything yet.
  func connect(to index: Int) -> ChatClient { ChatClient(members[index].shared) }

  /// A client that is logged in.
  func enter(_ name: String, at index: Int) async throws -> ChatClient {
    let client = connect(to: index)
    client.shakeHands(name)
    try await client.waitUntil("\(name) is logged in") { $0.isIn }
    return client
  }

  /// Any of their connections.
  var database: Database { members[0].database }

  /// The number that a query gives.
  func count(_ sql: SQL) async throws -> Int {
    try await database.queryRow(sql, as: (Int).self) ?? 0
  }
}

extension ChatClient {
  /// Whether the log-in has succeeded and the history was shown.
  var isIn: Bool { userLists.count >= 2 }

  /// Whether the last list of users names exactly these, in order.
  func sees(_ names: [String]) -> Bool {
    let list = names.map { "\"\($0)\"" }.joined(separator: ",")
    return userLists.last?.contains("[\(list)]") == true
  }

  /// Waits until it is sent away, and answers with the reason.
  func end() async throws -> RecordingSocket.Close {
    try await waitUntil("the end") { $0.socket.close != nil }
    return try #require(socket.close)
  }
}
