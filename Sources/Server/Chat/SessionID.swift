import Synchronization

/// What tells one log-in from every other of this process.
struct SessionID: Sendable, Hashable {
  private let number: UInt64
  private static let last = Atomic<UInt64>(0)

  /// An id that no other session has.
  init() {
    number = Self.last.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
