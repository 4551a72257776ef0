import Synchronization

/// Rows that many tasks take one after another. Their texts are made before the clock starts.
final class NewRowSeries: Sendable {
  private let rows: [NewRow]
  private let turn = Atomic<Int>(0)

  init(count: Int) {
    rows = (0..<count).map { NewRow(index: $0, name: NewRow.name(Int64($0))) }
  }

  /// The next row nobody has taken yet, or nil after the last.
  func next() -> NewRow? {
    let index = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < rows.count ? rows[index] : nil
  }
}
