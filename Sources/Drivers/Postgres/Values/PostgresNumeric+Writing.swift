extension PostgresNumeric {
  /// Writes a plain decimal number, `-12.50`, as a field of the binary format.
  static func append(_ number: String, to buffer: inout PostgresCopyBuffer) {
    let isNegative = number.hasPrefix("-")
    let parts = number.drop { $0 == "-" }.split(separator: ".", omittingEmptySubsequences: false)
    let whole = parts[0].utf8.map { Int16($0) - 48 }
    let decimals = parts.count > 1 ? parts[1].utf8.map { Int16($0) - 48 } : []
    // Groups of four begin at the point and go both ways.
    var digits = [Int16](repeating: 0, count: (4 - whole.count % 4) % 4) + whole
    var weight = digits.count / 4 - 1
    digits += decimals + [Int16](repeating: 0, count: (4 - decimals.count % 4) % 4)
    var groups = stride(from: 0, to: digits.count, by: 4).map { start in
      digits[start..<(start + 4)].reduce(0) { $0 * 10 + $1 }
    }
    while groups.first == 0 {
      groups.removeFirst()
      weight -= 1
    }
    while groups.last == 0 { groups.removeLast() }
    buffer.append(Int32(8 + groups.count * 2))
    buffer.append(Int16(groups.count))
    buffer.append(Int16(groups.isEmpty ? 0 : weight))
    buffer.append(isNegative && !groups.isEmpty ? 0x4000 as UInt16 : 0)
    buffer.append(Int16(decimals.count))
    for group in groups { buffer.append(group) }
  }
}
