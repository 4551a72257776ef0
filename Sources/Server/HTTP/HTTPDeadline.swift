import NIOCore

/// The time by which an HTTP connection must have done what is due: sent its request, got its
/// answer, or sent another request.
///
/// A client that sends its headers byte by byte is cut off like one that sends nothing.
final class HTTPDeadline: SweptConnection {
  private let channel: any Channel
  private var deadline: NIODeadline
  /// Whether the server stops, so that no further request is served.
  private(set) var isShuttingDown = false

  init(channel: any Channel, limits: TransportLimits) {
    self.channel = channel
    deadline = .now() + limits.requestTimeout
  }

  /// Allows `time` from now on.
  func extend(by time: TimeAmount) {
    deadline = .now() + time
  }

  func sweep(at now: NIODeadline) {
    if now >= deadline { cut() }
  }

  /// A request being answered may finish within a second.
  func shutDown(reason: String) {
    isShuttingDown = true
    deadline = min(deadline, .now() + .seconds(1))
  }

  func cut() {
    channel.close(promise: nil)
  }
}
