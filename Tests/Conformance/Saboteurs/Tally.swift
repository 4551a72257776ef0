import Synchronization

/// Counts calls from any task.
final class Tally: Sendable {
  private let count = Atomic<Int>(0)

  /// How many there were.
  var current: Int { count.load(ordering: .relaxed) }

  /// The number of this call, from 1.
  func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}
