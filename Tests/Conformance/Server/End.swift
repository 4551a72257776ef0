import Synchronization

/// Tells other tasks that a test is over.
final class End: Sendable {
  let hasCome = Atomic<Bool>(false)
}
