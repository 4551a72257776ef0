/// Counts durations in classes 1.6 % wide, from a microsecond to hours, in constant memory.
struct LatencyHistogram {
  private var counts = [UInt32](repeating: 0, count: 64 * 32)
  private(set) var total: UInt64 = 0
  private(set) var maxMicroseconds: UInt64 = 0

  /// Adds a duration given in nanoseconds.
  mutating func add(nanoseconds: UInt64) {
    let microseconds = nanoseconds / 1000
    counts[Self.index(microseconds)] += 1
    total += 1
    maxMicroseconds = max(maxMicroseconds, microseconds)
  }

  /// The duration, in milliseconds, that the given part (0...1) of the durations does not exceed.
  func milliseconds(at part: Double) -> Double {
    let wanted = UInt64((Double(total) * part).rounded(.up))
    var seen: UInt64 = 0
    for (index, count) in counts.enumerated() where count > 0 {
      seen += UInt64(count)
      if seen >= wanted { return Double(Self.lowest(of: index)) / 1000 }
    }
    return 0
  }

  // Values below 128 have a class each; above, every power of two is cut into 64 classes.
  private static func index(_ value: UInt64) -> Int {
    guard value >= 128 else { return Int(value) }
    let shift = min(57 - value.leadingZeroBitCount, 29)
    return min(shift * 64 + Int(value >> UInt64(shift)), 64 * 32 - 1)
  }

  private static func lowest(of index: Int) -> UInt64 {
    guard index >= 128 else { return UInt64(index) }
    let shift = index / 64 - 1
    return UInt64(index - shift * 64) << UInt64(shift)
  }
}
