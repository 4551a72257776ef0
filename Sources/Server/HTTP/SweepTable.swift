import NIOCore

/// The sweep of each event loop, to be reached from any thread.
struct SweepTable: Sendable {
  private let sweeps: [ObjectIdentifier: NIOLoopBoundBox<ConnectionSweep>]

  /// One sweep for each loop of `group`.
  init(_ group: any EventLoopGroup) {
    var sweeps: [ObjectIdentifier: NIOLoopBoundBox<ConnectionSweep>] = [:]
    for loop in group.makeIterator() {
      sweeps[ObjectIdentifier(loop)] = .makeBoxSendingValue(
        ConnectionSweep(eventLoop: loop), eventLoop: loop)
    }
    self.sweeps = sweeps
  }

  /// The sweep of the loop that the caller runs on; nil if the loop belongs to another group.
  subscript(loop: any EventLoop) -> ConnectionSweep? { sweeps[ObjectIdentifier(loop)]?.value }

  /// Begins to look at all connections every `interval`.
  func start(every interval: TimeAmount) { onEachLoop { $0.start(every: interval) } }

  /// Ends what `start` began.
  func stop() { onEachLoop { $0.stop() } }

  /// Begins to close all connections in an orderly way.
  func shutDown(reason: String) { onEachLoop { $0.shutDown(reason: reason) } }

  /// Closes all connections at once.
  func cut() { onEachLoop { $0.cut() } }

  private func onEachLoop(_ body: @escaping @Sendable (ConnectionSweep) -> Void) {
    for box in sweeps.values { box.eventLoop.execute { body(box.value) } }
  }
}
