extension CalendarDate: LosslessStringConvertible {
  /// Reads `YYYY-MM-DD`, nothing before or after it; nil for any other text.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var reader = TimestampReader(utf8)
    guard let date = reader.date(), reader.isAtEnd else { return nil }
    self = date
  }

  /// Reads `YYYY-MM-DD`, nothing before or after it; nil for any other text.
  public init?(_ description: String) {
    var text = description
    guard let date = text.withUTF8({ CalendarDate(utf8: $0) }) else { return nil }
    self = date
  }

  /// The day as `YYYY-MM-DD`.
  public var description: String {
    String(unsafeUninitializedCapacity: 10) { buffer in
      write(to: buffer)
      return 10
    }
  }

  /// Writes the ten characters of the description to the start of `buffer`.
  func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
    buffer.writeDigits(year, count: 4, at: 0)
    buffer[4] = UInt8(ascii: "-")
    buffer.writeDigits(month, count: 2, at: 5)
    buffer[7] = UInt8(ascii: "-")
    buffer.writeDigits(day, count: 2, at: 8)
  }
}

extension UnsafeMutableBufferPointer<UInt8> {
  /// Writes the last `count` decimal digits of a number that is not negative, zeros in front.
  func writeDigits(_ number: Int, count: Int, at offset: Int) {
    var rest = number
    for index in stride(from: offset + count - 1, through: offset, by: -1) {
      self[index] = UInt8(ascii: "0") + UInt8(rest % 10)
      rest /= 10
    }
  }
}
