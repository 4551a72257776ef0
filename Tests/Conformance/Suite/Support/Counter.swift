import DriverAPI

/// A number that several tasks raise.
final class Counter: Sendable {
  private let number = Mutex(0)

  /// How far it has come.
  var current: Int { number.withLock { $0 } }

  /// Raises it by one; answers with what it is then.
  @discardableResult
  func next() -> Int {
    number.withLock { number in
      number += 1
      return number
    }
  }

  /// Raises it to that much, if it is less.
  func raise(to other: Int) { number.withLock { $0 = max($0, other) } }
}
