import struct Synchronization.Atomic

/// The sessions that the tasks of a database share for single statements.
///
/// Opened in the background when tasks meet; until one is there, and whenever none is fit, statements
/// go the usual way over the pool. So a task never waits here, and what is wrong with the server is
/// reported by the pool.
final class PipelineGroup: Sendable {
  typealias Open = ConnectAttempt<any DriverPipeline>.Connect

  private struct State {
    var lanes: [PipelineLane] = []
    var openingCount = 0
    var isClosed = false
    var noAttemptBefore = MonotonicTime.now
  }

  /// A lane as deep as this has enough to do; another one is opened if there may be one.
  private static let fullDepth = 16
  private static let pauseAfterFailure: Int64 = 1_000_000_000

  /// Eligible statements under way, by whichever path: a task alone gets no pipeline.
  let activeCount = Atomic<Int>(0)
  private let maxCount: Int
  private let configuration: DatabaseConfiguration
  private let instruments: Instruments
  private let open: Open
  private let state = Mutex(State())

  init(
    maxCount: Int, configuration: DatabaseConfiguration, instruments: Instruments,
    endpoints: EndpointWatch, open: @escaping Open
  ) {
    self.maxCount = maxCount
    self.configuration = configuration
    self.instruments = instruments
    self.open = open
    endpoints.onLeaving { [weak self] in self?.leave($0) }
  }

  /// Gives up the lanes with that server: what they read there is out of date from now on. Statements under
  /// way there end as they may. [HA-2]
  private func leave(_ endpoint: String) {
    let left = state.withLock { state in
      let left = state.lanes.filter { $0.session.endpoint == endpoint }
      state.lanes.removeAll { lane in left.contains { $0 === lane } }
      return left
    }
    for lane in left { lane.endWhenQuiet { [self] in retire(lane) } }
  }

  /// The least busy lane that takes a statement now; nil sends it over the pool.
  func lane() -> PipelineLane? {
    let now = MonotonicTime.now
    let trusted = configuration.healthCheckAfter.inNanoseconds
    var stale: [PipelineLane] = []
    let (lane, opens) = state.withLock { state in
      if state.isClosed { return (PipelineLane?.none, false) }
      var best: (lane: PipelineLane, depth: Int)?
      for lane in state.lanes {
        switch lane.standing(at: now, trustedFor: trusted) {
        case .stale: stale.append(lane)
        case .open(let depth): if depth < best?.depth ?? .max { best = (lane, depth) }
        case .shut: break
        }
      }
      if !stale.isEmpty { state.lanes.removeAll { lane in stale.contains { $0 === lane } } }
      let isWanted = best.map { $0.depth >= Self.fullDepth } ?? true
      let hasRoom = state.lanes.count + state.openingCount < maxCount
      let opens = isWanted && hasRoom && state.noAttemptBefore.since(now) <= 0
      if opens { state.openingCount += 1 }
      return (best?.lane, opens)
    }
    for lane in stale { retire(lane) }
    if opens { Task { await openLane() } }
    return lane
  }

  /// Takes a lane out whose session is spent.
  func discard(_ lane: PipelineLane) {
    state.withLock { state in state.lanes.removeAll { $0 === lane } }
    retire(lane)
  }

  /// Ends lanes that were idle for too long or are too old and idle.
  func closeExpired() {
    let now = MonotonicTime.now
    let expired = state.withLock { state in
      let expired = state.lanes.filter { lane in
        let idle = lane.idleTime(at: now)
        let isOld = now.since(lane.openedAt) > configuration.maxLifetime.inNanoseconds
        return idle > configuration.idleTimeout.inNanoseconds || (isOld && lane.depth == 0)
      }
      state.lanes.removeAll { lane in expired.contains { $0 === lane } }
      return expired
    }
    for lane in expired { retire(lane) }
  }

  /// No statement is taken any more; those under way go on.
  func close() {
    let idle = state.withLock { state in
      state.isClosed = true
      let idle = state.lanes.filter { $0.depth == 0 }
      state.lanes.removeAll { lane in idle.contains { $0 === lane } }
      return idle
    }
    for lane in idle { retire(lane) }
  }

  /// Lanes with statements under way, or being opened.
  var busyCount: Int {
    let (lanes, openingCount) = state.withLock { ($0.lanes, $0.openingCount) }
    return lanes.count { $0.depth > 0 } + openingCount
  }

  func interruptAll() {
    for lane in state.withLock({ $0.lanes }) { lane.interruptAll(.shutdown) }
  }

  private func retire(_ lane: PipelineLane) {
    if lane.spend() { Task { await lane.session.close() } }
  }

  private func openLane() async {
    do throws(DatabaseError) {
      let session = try await ConnectAttempt.run(
        open, within: configuration.connectTimeout, close: { await $0.close() })
      let lane = PipelineLane(session, patience: configuration.controlTimeout)
      let isKept = state.withLock { state in
        state.openingCount -= 1
        if !state.isClosed { state.lanes.append(lane) }
        return !state.isClosed
      }
      if !isKept { retire(lane) }
    } catch {
      instruments.reportDetail("no pipeline could be opened; statements take the pool", error)
      state.withLock { state in
        state.openingCount -= 1
        state.noAttemptBefore = MonotonicTime.now.advanced(by: Self.pauseAfterFailure)
      }
    }
  }
}
