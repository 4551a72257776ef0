import ChatClient
import NIOCore
import NIOPosix

/// All rounds of the test on one server and one database.
struct Trial {
  /// What is killed in each round.
  enum Victim: Sendable {
    /// The chat server, which is then started again.
    case server
    /// The database server, by a command that also starts it again. The chat server goes on and its
    /// clients stay connected.
    case database(ShellCommand)
  }

  /// How long writers go on after the database is back.
  private static let aftermath = Duration.seconds(3)

  private let server: ServerUnderTest
  private let victim: Victim
  private let database: String
  private let channelCount: Int
  private let seed: UInt64
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private let ledger: NIOLoopBound<Ledger>

  /// Starts the server and makes sure that its database holds nothing yet.
  init(
    server: ServerUnderTest, victim: Victim, database: String, userCount: Int, channelCount: Int,
    seed: UInt64
  ) async throws {
    self.server = server
    self.victim = victim
    self.database = database
    self.channelCount = channelCount
    self.seed = seed
    address = try ChatAddress("ws://127.0.0.1:\(server.port)/ws")
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    self.eventLoop = eventLoop
    ledger = try await eventLoop.submit {
      NIOLoopBound(Ledger(userCount: userCount), eventLoop: eventLoop)
    }.get()
    try await server.start()
    guard try await StoredState.read(database).messages.isEmpty else {
      throw ChatClientError("The database holds messages already; give the test an empty one.")
    }
  }

  /// Runs `rounds` rounds, prints a line for each and returns the number of broken promises.
  func run(rounds: Int, moments: ClosedRange<Double>) async throws -> Int {
    var random = SplitMix64(seed: seed)
    var violationCount = 0
    for round in 1...rounds {
      let moment = Double.random(in: moments, using: &random)
      let fleet = try await startWriting(round: round)
      try await Task.sleep(for: .seconds(moment))
      switch victim {
      case .server: try await killServer(under: fleet)
      case .database(let command): try await killDatabase(with: command, under: fleet)
      }
      let report = try await verify(round: round)
      print(report.text(round: round, killedAfter: moment))
      violationCount += report.violations.count
    }
    return violationCount
  }

  private func startWriting(round: Int) async throws -> NIOLoopBound<Fleet> {
    let (eventLoop, address, channelCount, seed) = (eventLoop, address, channelCount, seed)
    let ledger = ledger
    let patience: TimeAmount = if case .server = victim { .seconds(2) } else { .seconds(30) }
    let fleet = try await eventLoop.submit {
      let fleet = Fleet(
        address: address, channelCount: channelCount, patience: patience, on: eventLoop)
      fleet.connect(ledger.value, round: round, seed: seed)
      return NIOLoopBound(fleet, eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit { fleet.value.ready }.get()
    try await eventLoop.submit { fleet.value.begin() }.get()
    return fleet
  }

  private func killServer(under fleet: NIOLoopBound<Fleet>) async throws {
    try await eventLoop.submit { fleet.value.expectEnd() }.get()
    server.kill()
    try await eventLoop.flatSubmit { fleet.value.ended }.get()
    try await server.start()
  }

  private func killDatabase(
    with command: ShellCommand, under fleet: NIOLoopBound<Fleet>
  ) async throws {
    try await command.run()
    let ledger = ledger
    let shown = try await eventLoop.submit { ledger.value.counts.textsSeen }.get()
    try await Task.sleep(for: Self.aftermath)
    try await eventLoop.submit {
      if ledger.value.counts.textsSeen == shown {
        ledger.value.violate("nothing was shown any more after the database had come back")
      }
      fleet.value.finish()
    }.get()
    try await eventLoop.flatSubmit { fleet.value.ended }.get()
  }

  private func verify(round: Int) async throws -> RoundReport {
    let state = try await StoredState.read(database)
    let replay = try await ReplayReader.read(
      as: "kt-newcomer-\(round)", from: address, on: eventLoop)
    let ledger = ledger
    return try await eventLoop.submit {
      ledger.value.verify(state)
      ledger.value.verify(replay: replay, against: state)
      return ledger.value.takeReport()
    }.get()
  }
}
