import ChatClient
import NIOCore

/// A run from the first connection to the last echo. Confined to its event loop; every phase has a
/// limit, so a run always ends.
final class LoadRun {
  let plan: LoadPlan
  let eventLoop: any EventLoop
  var counts = LoadCounts()

  private enum Phase { case joining, warmingUp, measuring, draining, finished }

  private let promise: EventLoopPromise<LoadReport>
  private var phase = Phase.joining
  private var users: [LoadUser] = []
  private var readyCount = 0
  private var nextToConnect = 0
  private var startedAt: UInt64 = 0
  private var firstTrouble: String?
  private var usage: ServerUsage

  init(
    _ plan: LoadPlan, on eventLoop: any EventLoop, usage: ServerUsage,
    promise: EventLoopPromise<LoadReport>
  ) {
    self.plan = plan
    self.eventLoop = eventLoop
    self.usage = usage
    self.promise = promise
  }

  /// Runs `plan` on `eventLoop` and waits for its end.
  static func run(_ plan: LoadPlan, on eventLoop: any EventLoop, server: ServerProcess?)
    async throws -> LoadReport
  {
    let promise = eventLoop.makePromise(of: LoadReport.self)
    eventLoop.execute {
      let usage = ServerUsage(of: server)
      LoadRun(plan, on: eventLoop, usage: usage, promise: promise).start()
    }
    return try await promise.futureResult.get()
  }

  private func start() {
    users = (0..<plan.userCount).map { LoadUser(index: $0, run: self) }
    // A listen queue is short; so many connects at a time fit into any.
    for _ in 0..<min(64, users.count) { connectNext() }
    after(LoadPlan.patience) { run in
      guard run.phase == .joining else { return }
      run.fail(
        ChatClientError(
          "After \(LoadPlan.patience) s only \(run.readyCount) of \(run.users.count) users were "
            + "in their channels. \(run.firstTrouble ?? "Nothing was refused.")"))
    }
  }

  private func connectNext() {
    guard nextToConnect < users.count else { return }
    users[nextToConnect].connect()
    nextToConnect += 1
  }

  // MARK: What users report

  func becameReady() {
    readyCount += 1
    connectNext()
    if readyCount == users.count, phase == .joining { beginSending() }
  }

  func delivered(_ marker: Marker, at now: UInt64) {
    counts.delivered += 1
    guard phase == .measuring else { return }
    counts.measuredDeliveries += 1
    counts.deliveryLatency.add(nanoseconds: now &- min(marker.sentAt, now))
  }

  func echoed(_ marker: Marker, by user: LoadUser, at now: UInt64) {
    counts.echoed += 1
    if phase == .measuring {
      counts.measuredMessages += 1
      counts.echoLatency.add(nanoseconds: now &- min(marker.sentAt, now))
    }
    guard plan.rate == nil, phase == .warmingUp || phase == .measuring else { return }
    user.send(at: now)
  }

  func refused(_ text: String) {
    counts.refused += 1
    note("Refused: \(text)")
  }

  /// Keeps the first thing that may explain why a run went wrong.
  func note(_ trouble: String) { firstTrouble = firstTrouble ?? trouble }

  func ended(_ user: LoadUser, _ closure: ChatClosure) {
    guard phase != .finished else { return }
    counts.dropped += 1
    note("\(plan.user(user.index)): \(closure).")
    if phase == .joining || !users.contains(where: \.isConnected) {
      fail(ChatClientError("\(plan.user(user.index)): \(closure)."))
    }
  }

  // MARK: Phases

  private func beginSending() {
    phase = .warmingUp
    startedAt = NIODeadline.now().uptimeNanoseconds
    if plan.rate != nil {
      sendWhatIsDue()
    } else {
      for _ in 0..<plan.window {
        for user in users.prefix(plan.senderCount) { user.send(at: startedAt) }
      }
    }
    after(plan.warmUpSeconds) { run in
      guard run.phase == .warmingUp else { return }
      run.phase = .measuring
      run.usage.begin()
      run.after(run.plan.seconds) { $0.stopSending() }
    }
  }

  /// With a rate: sends what has become due, each message counted from when it was due, so that a
  /// server which falls behind cannot hide it.
  private func sendWhatIsDue() {
    guard let rate = plan.rate, phase == .warmingUp || phase == .measuring else { return }
    let elapsed = Double(NIODeadline.now().uptimeNanoseconds - startedAt) * 1e-9
    for user in users.prefix(plan.senderCount) {
      // Users are spread over one interval instead of all sending at its beginning.
      let offset = Double(user.index) / Double(plan.senderCount) / rate
      while Double(user.sent) / rate + offset <= elapsed {
        guard user.isConnected, user.outstanding < 4096 else {
          counts.skipped += 1
          break
        }
        let due = (Double(user.sent) / rate + offset) * 1e9
        user.send(at: startedAt + UInt64(due))
      }
    }
    after(0.002) { $0.sendWhatIsDue() }
  }

  private func stopSending() {
    guard phase == .measuring else { return }
    usage.end()
    phase = .draining
    drain(until: .now() + .seconds(Int64(LoadPlan.patience)))
  }

  private func drain(until limit: NIODeadline) {
    counts.sent = users.reduce(0) { $0 + Int($1.sent) }
    counts.expectedDeliveries = users.prefix(plan.senderCount).reduce(0) {
      $0 + Int($1.echoed) * plan.memberCount(ofChannelOf: $1.index)
    }
    let isComplete = counts.lost == 0 && counts.delivered >= counts.expectedDeliveries
    guard phase == .draining, isComplete || NIODeadline.now() >= limit else {
      if phase == .draining { after(0.02) { $0.drain(until: limit) } }
      return
    }
    finish(.success(LoadReport(plan: plan, counts: counts, usage: usage, trouble: firstTrouble)))
  }

  /// Ends the run without a result.
  func fail(_ error: ChatClientError) { finish(.failure(error)) }

  private func finish(_ result: Result<LoadReport, any Error>) {
    guard phase != .finished else { return }
    phase = .finished
    for user in users { user.close() }
    // Leave the sockets a moment to say goodbye; the users keep the run by nothing but this.
    after(0.2) { $0.promise.completeWith(result) }
  }

  private func after(_ seconds: Double, _ action: @escaping (LoadRun) -> Void) {
    eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(Int64(seconds * 1e9))) {
      action(self)
    }
  }
}
