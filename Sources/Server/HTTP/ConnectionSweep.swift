import NIOCore

/// A connection whose limits on time are looked at from time to time, on its event loop.
protocol SweptConnection: AnyObject {
  /// Does what is due at `now`.
  func sweep(at now: NIODeadline)

  /// Begins to close in an orderly way, because the server stops.
  func shutDown(reason: String)

  /// Closes at once.
  func cut()
}

/// The connections of one event loop, looked at together by one repeated task: a timer for each
/// of ten thousand connections would cost more than they do.
final class ConnectionSweep {
  private let eventLoop: any EventLoop
  private var members: [ObjectIdentifier: any SweptConnection] = [:]
  private var task: RepeatedTask?

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  /// Begins to look at the members every `interval`.
  func start(every interval: TimeAmount) {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    task = eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      bound.value.sweep()
    }
  }

  /// Ends the repeated task.
  func stop() {
    task?.cancel()
    task = nil
  }

  func add(_ connection: any SweptConnection) {
    members[ObjectIdentifier(connection)] = connection
  }

  func remove(_ connection: any SweptConnection) {
    members[ObjectIdentifier(connection)] = nil
  }

  /// Begins to close every member in an orderly way.
  func shutDown(reason: String) {
    for member in Array(members.values) { member.shutDown(reason: reason) }
  }

  /// Closes every member at once.
  func cut() {
    for member in Array(members.values) { member.cut() }
  }

  private func sweep() {
    let now = NIODeadline.now()
    for member in Array(members.values) { member.sweep(at: now) }
  }
}
