import ChatClient
import NIOCore

/// All writers of one round. Confined to the event loop.
final class Fleet {
  let channelNames: [String]
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private var writers: [Writer] = []
  private var readyCount = 0
  private var endedCount = 0
  /// Kept when every writer is in its channel, and when every socket has ended.
  private let allReady: EventLoopPromise<Void>
  private let allEnded: EventLoopPromise<Void>
  private var isKilled = false
  /// How long a writer waits for an answer.
  let patience: TimeAmount

  init(
    address: ChatAddress, channelCount: Int, patience: TimeAmount, on eventLoop: any EventLoop
  ) {
    self.address = address
    self.patience = patience
    self.eventLoop = eventLoop
    channelNames = ["general"] + (1..<max(channelCount, 1)).map { "kt-room-\($0)" }
    allReady = eventLoop.makePromise()
    allEnded = eventLoop.makePromise()
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

  func becameReady() {
    readyCount += 1
    if readyCount == writers.count { allReady.succeed() }
  }

  func ended(_ writer: Writer, _ closure: ChatClosure) {
    if !isKilled { fail(ChatClientError("\(writer.user): \(closure), with the server alive.")) }
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
