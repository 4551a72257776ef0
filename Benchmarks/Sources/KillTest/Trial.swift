import ChatClient
import NIOCore
import NIOPosix

/// All rounds of the test on one server and one database.
struct Trial {
  private let server: ServerUnderTest
  private let database: String
  private let channelCount: Int
  private let seed: UInt64
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private let ledger: NIOLoopBound<Ledger>

  /// Starts the server and makes sure that its database holds nothing yet.
  init(
    server: ServerUnderTest, database: String, userCount: Int, channelCount: Int, seed: UInt64
  ) async throws {
    self.server = server
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
      try await writeAndKill(round: round, after: moment)
      try await server.start()
      let report = try await verify(round: round)
      print(report.text(round: round, killedAfter: moment))
      violationCount += report.violations.count
    }
    return violationCount
  }

  private func writeAndKill(round: Int, after seconds: Double) async throws {
    let (eventLoop, address, channelCount, seed) = (eventLoop, address, channelCount, seed)
    let ledger = ledger
    let fleet = try await eventLoop.submit {
      let fleet = Fleet(address: address, channelCount: channelCount, on: eventLoop)
      fleet.connect(ledger.value, round: round, seed: seed)
      return NIOLoopBound(fleet, eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit { fleet.value.ready }.get()
    try await eventLoop.submit { fleet.value.begin() }.get()
    try await Task.sleep(for: .seconds(seconds))
    try await eventLoop.submit { fleet.value.expectEnd() }.get()
    server.kill()
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
