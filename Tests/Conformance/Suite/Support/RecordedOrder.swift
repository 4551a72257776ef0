import DriverAPI

/// Numbers in the order in which tasks reported them.
final class RecordedOrder: Sendable {
  private let recorded = Mutex<[Int]>([])

  var numbers: [Int] { recorded.withLock { $0 } }

  func append(_ number: Int) { recorded.withLock { $0.append(number) } }
}
