import ChatClient
import Foundation
import NIOCore
import NIOPosix

/// All rounds on several servers.
struct ClusterTrial {
  /// How long writers go on after everybody is back.
  private static let aftermath = Duration.seconds(2)

  private let servers: [ServerUnderTest]
  private let database: String
  private let killer: ShellCommand?
  private let patience: Duration
  private let seed: UInt64
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private let ledger: NIOLoopBound<Ledger>
  private let channelCount: Int

  /// - Parameters:
  ///   - servers: started already.
  ///   - patience: within which everybody has to be served again.
  init(
    servers: [ServerUnderTest], proxyPort: Int, database: String, killer: ShellCommand?,
    userCount: Int, channelCount: Int, patience: Duration, seed: UInt64
  ) async throws {
    self.servers = servers
    self.database = database
    self.killer = killer
    self.patience = patience
    self.seed = seed
    self.channelCount = channelCount
    address = try ChatAddress("ws://127.0.0.1:\(proxyPort)/ws")
    let eventLoop = MultiThreadedEventLoopGroup.singleton.next()
    self.eventLoop = eventLoop
    ledger = try await eventLoop.submit {
      NIOLoopBound(Ledger(userCount: userCount), eventLoop: eventLoop)
    }.get()
  }

  /// Runs the rounds, prints a line for each and returns the number of broken promises.
  func run(rounds: Int, blows: [Cluster.Blow]) async throws -> Int {
    var random = SplitMix64(seed: seed)
    var violationCount = 0
    for round in 1...rounds {
      let blow = blows[(round - 1) % blows.count]
      let moment = Double.random(in: 0.5...3, using: &random)
      let victim = servers[Int.random(in: servers.indices, using: &random)]
      let watchers = try await startWatching()
      let fleet = try await startWriting(round: round)
      try await Task.sleep(for: .seconds(moment))
      let absence = try await strike(blow, victim, fleet)
      try await Task.sleep(for: Self.aftermath)
      try await eventLoop.submit { fleet.value.finish() }.get()
      try await eventLoop.flatSubmit { fleet.value.ended }.get()
      // What is on its way to the other servers arrives.
      try await Task.sleep(for: .seconds(1))
      let notes = try await eventLoop.submit {
        watchers.value.flatMap { watcher in
          watcher.finish()
          return watcher.notes
        }
      }.get()
      let report = try await verify(round: round, notes)
      print("\(blow.rawValue): \(absence)")
      print(report.text(round: round, killedAfter: moment))
      violationCount += report.violations.count
    }
    return violationCount
  }

  private func startWatching() async throws -> NIOLoopBound<[Watcher]> {
    let (eventLoop, ledger, channelCount) = (eventLoop, ledger, channelCount)
    let addresses = try servers.map { try ChatAddress("ws://127.0.0.1:\($0.port)/ws") }
    let watchers = try await eventLoop.submit {
      let names = Fleet.names(of: channelCount)
      let watchers = addresses.enumerated().flatMap { index, address in
        names.map {
          Watcher(
            server: index, channel: $0, at: address, ledger: ledger.value, on: eventLoop)
        }
      }
      return NIOLoopBound(watchers, eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit {
      EventLoopFuture.andAllSucceed(watchers.value.map { $0.start() }, on: eventLoop)
    }.get()
    return watchers
  }

  private func startWriting(round: Int) async throws -> NIOLoopBound<Fleet> {
    let (eventLoop, address, channelCount, seed) = (eventLoop, address, channelCount, seed)
    let ledger = ledger
    let fleet = try await eventLoop.submit {
      let fleet = Fleet(
        address: address, channelCount: channelCount, patience: .seconds(30), comesBack: true,
        on: eventLoop)
      fleet.connect(ledger.value, round: round, seed: seed)
      return NIOLoopBound(fleet, eventLoop: eventLoop)
    }.get()
    try await eventLoop.flatSubmit { fleet.value.ready }.get()
    try await eventLoop.submit { fleet.value.begin() }.get()
    return fleet
  }

  /// Does what the round is about, and says how long who was away.
  private func strike(
    _ blow: Cluster.Blow, _ victim: ServerUnderTest, _ fleet: NIOLoopBound<Fleet>
  ) async throws -> String {
    switch blow {
    case .server:
      victim.kill()
      let result = try await awaitEverybody(fleet, isLimited: true)
      try await victim.start()
      return result
    case .pause:
      victim.signal(SIGSTOP)
      try await Task.sleep(for: .seconds(10))
      victim.signal(SIGCONT)
      return try await awaitEverybody(fleet, isLimited: false)
    case .database:
      try await killer?.run()
      let served = try await awaitService()
      return "served again after \(served); " + (try await awaitEverybody(fleet, isLimited: false))
    case .rolling:
      var results: [String] = []
      for server in servers {
        try await server.stop()
        try await server.start()
        // The proxy has to see it before the next one goes.
        try await Task.sleep(for: .seconds(2))
        results.append(try await awaitEverybody(fleet, isLimited: true))
      }
      return results.joined(separator: "; ")
    }
  }

  /// Waits until no writer is away, and says how it was.
  ///
  /// - Parameter isLimited: whether an absence beyond the patience is a broken promise.
  private func awaitEverybody(
    _ fleet: NIOLoopBound<Fleet>, isLimited: Bool
  ) async throws -> String {
    let limit = ContinuousClock.now + .seconds(40)
    // Those who were cut off hear of it within moments.
    try await Task.sleep(for: .milliseconds(500))
    while try await eventLoop.submit({ fleet.value.awayCount }).get() > 0 {
      guard ContinuousClock.now < limit else {
        throw ChatClientError("Not everybody is back after 40 s.")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    let (ledger, patience) = (ledger, patience)
    return try await eventLoop.submit {
      let absences = fleet.value.absences.sorted()
      defer { fleet.value.forgetAbsences() }
      guard let longest = absences.last else { return "nobody was cut off" }
      let seconds = Double(longest.nanoseconds) / 1e9
      if isLimited, seconds > patience / .seconds(1) {
        ledger.value.violate("somebody was away for \(seconds) s")
      }
      let median = Double(absences[absences.count / 2].nanoseconds) / 1e9
      return String(
        format: "%d cut off, back after %.2f s (median), %.2f at most, %d attempts more",
        absences.count, median, seconds, fleet.value.failedAttemptCount)
    }.get()
  }

  /// How long it takes until somebody's message is shown again.
  private func awaitService() async throws -> Duration {
    let begin = ContinuousClock.now
    let ledger = ledger
    let shown = try await eventLoop.submit { ledger.value.counts.textsSeen }.get()
    while try await eventLoop.submit({ ledger.value.counts.textsSeen }).get() <= shown {
      guard ContinuousClock.now - begin < .seconds(60) else {
        throw ChatClientError("Nothing is shown any more 60 s after the database was killed.")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    let time = ContinuousClock.now - begin
    if time > patience {
      try await eventLoop.submit {
        ledger.value.violate("nothing was shown for \(time) after the database had come back")
      }.get()
    }
    return time
  }

  private func verify(round: Int, _ notes: [Watcher.Notes]) async throws -> RoundReport {
    let state = try await StoredState.read(database)
    let replay = try await ReplayReader.read(
      as: "kt-newcomer-\(round)", from: address, on: eventLoop)
    let ledger = ledger
    return try await eventLoop.submit {
      ledger.value.verify(state)
      ledger.value.verify(replay: replay, against: state)
      ledger.value.verify(notes, against: state)
      return ledger.value.takeReport()
    }.get()
  }
}
