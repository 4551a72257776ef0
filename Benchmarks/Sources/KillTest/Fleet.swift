import ChatClient
import NIOCore

/// All writers of one round. Confined to the event loop.
final class Fleet {
  let channelNames: [String]
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private var writers: [Writer] = []
  private var readyCount = 0
  private var isComplete = false
  private var endedCount = 0
  /// Kept when every writer is in its channel, and when every socket has ended.
  private let allReady: EventLoopPromise<Void>
  private let allEnded: EventLoopPromise<Void>
  private var isKilled = false
  /// How long a writer waits for an answer.
  let patience: TimeAmount
  /// Whether writers whose connection ends come back.
  private let comesBack: Bool
  private var lostAt: [Int: NIODeadline] = [:]
  /// How long the writers who came back were away, and how many attempts to come back failed.
  private(set) var absences: [TimeAmount] = []
  private(set) var failedAttemptCount = 0
  /// What ended connections, with how many.
  private(set) var closures: [String: Int] = [:]

  init(
    address: ChatAddress, channelCount: Int, patience: TimeAmount, comesBack: Bool = false,
    on eventLoop: any EventLoop
  ) {
    self.address = address
    self.patience = patience
    self.comesBack = comesBack
    self.eventLoop = eventLoop
    channelNames = Self.names(of: channelCount)
    allReady = eventLoop.makePromise()
    allEnded = eventLoop.makePromise()
  }

  /// The names of so many channels.
  static func names(of channelCount: Int) -> [String] {
    ["general"] + (1..<max(channelCount, 1)).map { "kt-room-\($0)" }
  }

  var ready: EventLoopFuture<Void> { allReady.futureResult }
  var ended: EventLoopFuture<Void> { allEnded.futureResult }

  /// Connects one writer for each user of the ledger.
  func connect(_ ledger: Ledger, round: Int, seed: UInt64) {
    writers = ledger.users.indices.map { index in
      Writer(
        index: index, round: round, ledger: ledger, fleet: self,
        seed: seed &+ UInt64(round) &* 1_000_003 &+ UInt64(index))
    }
    for writer in writers { writer.connect(to: address, on: eventLoop) }
    eventLoop.assumeIsolated().scheduleTask(in: .seconds(30)) { [self] in
      guard readyCount < writers.count else { return }
      fail(ChatClientError("Only \(readyCount) of \(writers.count) writers got in within 30 s."))
    }
  }

  func begin() {
    for writer in writers { writer.begin() }
    sweepSoon()
  }

  /// Lets every writer stop, and ends their sockets when nothing is under way any more.
  func finish() {
    for writer in writers { writer.stopWriting() }
    endWhenQuiet(until: .now() + patience)
  }

  private func endWhenQuiet(until deadline: NIODeadline) {
    guard writers.contains(where: { !$0.underWay.isEmpty }), .now() < deadline else {
      expectEnd()
      for writer in writers { writer.disconnect() }
      return
    }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(20)) { [self] in
      endWhenQuiet(until: deadline)
    }
  }

  /// From now on ended sockets are what is wanted.
  func expectEnd() { isKilled = true }

  /// How many writers are out.
  var awayCount: Int { lostAt.count }

  /// Forgets who was away until now.
  func forgetAbsences() {
    absences = []
    failedAttemptCount = 0
    closures = [:]
  }

  func becameReady(_ writer: Writer) {
    if let lost = lostAt.removeValue(forKey: writer.index) { absences.append(.now() - lost) }
    guard !isComplete else { return }
    readyCount += 1
    if readyCount == writers.count {
      isComplete = true
      allReady.succeed()
    }
  }

  func ended(_ writer: Writer, _ closure: ChatClosure) {
    if comesBack, !isKilled {
      closures["\(closure)", default: 0] += 1
      if lostAt[writer.index] == nil {
        lostAt[writer.index] = .now()
      } else {
        failedAttemptCount += 1
      }
      // As a client does it that is not alone: not all at the same moment.
      let pause = TimeAmount.milliseconds(.random(in: 20...200))
      eventLoop.assumeIsolated().scheduleTask(in: pause) { [self] in
        if isKilled { return end(writer) }
        writer.comeBack(to: address, on: eventLoop)
      }
      return
    }
    if !isKilled { fail(ChatClientError("\(writer.user): \(closure), with the server alive.")) }
    end(writer)
  }

  private func end(_ writer: Writer) {
    lostAt[writer.index] = nil
    endedCount += 1
    if endedCount == writers.count { allEnded.succeed() }
  }

  /// Fails the round, if it is still running.
  func fail(_ error: ChatClientError) {
    allReady.fail(error)
    if !isKilled { allEnded.fail(error) }
  }

  private func sweepSoon() {
    guard endedCount < writers.count else { return }
    for writer in writers { writer.sweep() }
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(250)) { [self] in sweepSoon() }
  }
}
