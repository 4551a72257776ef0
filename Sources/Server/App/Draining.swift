import Synchronization

/// Whether the server has been told to stop and goes on only for those who are still on their way to it.
final class Draining: Sendable {
  private let flag = Atomic<Bool>(false)

  var hasBegun: Bool { flag.load(ordering: .relaxed) }

  func begin() { flag.store(true, ordering: .relaxed) }
}
