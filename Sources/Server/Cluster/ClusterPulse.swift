import DriverAPI
import Logging

/// The signs of life of one run of this server, each of which renews its lease.
final class ClusterPulse: Sendable {
  /// The run is over: its names were given away, or may have been.
  struct IsOver: Error, CustomStringConvertible {
    var description: String { "this server's lease was lost" }
  }

  private struct State {
    var clockDifference = Duration.zero
    var feedLag: (@Sendable () -> Duration)?
    var whenLost: (@Sendable () -> Void)?
    var announce: (@Sendable () -> Void)?
  }

  let lease: ClusterLease
  private let registry: ServerRegistry
  private let token: String
  private let logger: Logger
  private let state = Mutex(State())

  init(_ registry: ServerRegistry, token: String, lease: ClusterLease, logger: Logger) {
    self.registry = registry
    self.token = token
    self.lease = lease
    self.logger = logger
  }

  /// How far this machine's clock is ahead of the database's, as it was seen last.
  var clockDifference: Duration {
    get { state.withLock { $0.clockDifference } }
    set { state.withLock { $0.clockDifference = newValue } }
  }

  /// Tells how far this server is behind with what the others store; nil if nobody knows.
  var feedLag: (@Sendable () -> Duration)? {
    get { state.withLock { $0.feedLag } }
    set { state.withLock { $0.feedLag = newValue } }
  }

  /// What is done once when the lease is lost.
  func whenLost(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.whenLost = body }
  }

  /// Carries word to the others that there is news; nil where nobody does.
  var announce: (@Sendable () -> Void)? {
    get { state.withLock { $0.announce } }
    set { state.withLock { $0.announce = newValue } }
  }

  /// Gives a sign of life.
  ///
  /// - Parameters:
  ///   - clientCount: how many users are logged in here.
  ///   - hasNewPeople: whether others have to read anew who they are.
  ///   - hasNewBans: whether others have to read anew who is banned.
  /// - Throws: ``IsOver`` if the names were given away; what the database says.
  func beat(
    clientCount: Int, hasNewPeople: Bool = false, hasNewBans: Bool = false
  ) async throws {
    let sentAt = ContinuousClock.now
    let (clockDifference, feedLag) = state.withLock { ($0.clockDifference, $0.feedLag) }
    let isOurs = try await registry.beat(
      token,
      ServerRegistry.Beat(
        clientCount: clientCount, clockDifference: clockDifference, feedLag: feedLag?(),
        hasNewPeople: hasNewPeople, hasNewBans: hasNewBans))
    guard isOurs else {
      lose("another server has freed the names of this one, which was silent for too long")
      throw IsOver()
    }
    lease.renew(sentAt: sentAt)
    if hasNewPeople || hasNewBans { announce?() }
  }

  /// The run is over.
  func lose(_ reason: String) {
    guard lease.finish() else { return }
    logger.error(
      "this server leaves the others and joins them anew", metadata: ["reason": "\(reason)"])
    let body = state.withLock { state in
      defer { state.whenLost = nil }
      return state.whenLost
    }
    body?()
  }
}
