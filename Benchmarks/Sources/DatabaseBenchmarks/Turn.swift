import Synchronization

/// Numbers that many tasks take one after another.
final class Turn: Sendable {
  private let taken = Atomic<Int>(0)
  private let count: Int

  init(_ count: Int) { self.count = count }

  /// The next number nobody has taken yet, or nil after the last.
  func next() -> Int? {
    let number = taken.add(1, ordering: .relaxed).oldValue
    return number < count ? number : nil
  }
}
