/// The little arithmetic a report needs.
enum Statistics {
  /// The middle value; of an even number of values the mean of the two middle ones; 0 of none.
  static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    guard sorted.count.isMultiple(of: 2) else { return sorted[middle] }
    return (sorted[middle - 1] + sorted[middle]) / 2
  }
}

/// `value` with `digits` digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "\(value)" }
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int64((abs(value) * scale).rounded())
  let whole = scaled / Int64(scale)
  guard digits > 0 else { return "\(value < 0 ? "-" : "")\(whole)" }
  let fraction = String(scaled % Int64(scale))
  let zeros = String(repeating: "0", count: digits - fraction.count)
  return "\(value < 0 && scaled > 0 ? "-" : "")\(whole).\(zeros)\(fraction)"
}
