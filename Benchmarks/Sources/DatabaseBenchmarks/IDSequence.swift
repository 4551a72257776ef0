/// The pseudo-random ids of the point selects: the same numbers as the C loop draws.
struct IDSequence {
  private var state: UInt64
  private let rows: Int64

  init(seed: UInt64, rows: Int64) {
    state = seed
    self.rows = rows
  }

  /// An id between 1 and the number of rows.
  mutating func next() -> Int64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return 1 + Int64((state >> 33) % UInt64(rows))
  }

  /// The id of the `index`th of many selects that run side by side, as the C loops draw it.
  static func id(at index: Int, seed: UInt64, rows: Int64) -> Int64 {
    var sequence = IDSequence(seed: seed &+ UInt64(index), rows: rows)
    return sequence.next()
  }
}
