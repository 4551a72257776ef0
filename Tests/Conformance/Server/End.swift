import Synchronization

/// Tells other tasks that a test is over.
final class End: Sendable {
  private let flag = Atomic<Bool>(false)

  var hasCome: Bool { flag.load(ordering: .acquiring) }

  func come() { flag.store(true, ordering: .releasing) }
}
