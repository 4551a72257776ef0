extension Timestamp: LosslessStringConvertible {
  /// Reads the texts in which databases and programs keep moments; nil for any other.
  ///
  /// `YYYY-MM-DD`, then `T` or a blank and `HH:MM[:SS[.fraction]]`, then a zone: `Z`, `+hh`, `+hhmm`,
  /// `+hh:mm` or `+hh:mm:ss`, after a blank if wished. Without a zone it is UTC, without a time midnight.
  /// What Go prints, with the zone's name and `m=+0.1` at the end, is understood; the offset counts.
  /// Digits beyond the microsecond are cut off. Hour 24 and second 60 are refused.
  public init?(utf8: UnsafeBufferPointer<UInt8>) {
    var reader = TimestampReader(utf8)
    guard let date = reader.date() else { return nil }
    var moment = date.daysSince1970 * Self.microsecondsPerDay
    if !reader.isAtEnd {
      guard reader.skipTimeSeparator(), let time = reader.timeOfDay(),
        let offset = reader.zoneOffset(), reader.isAtEnd
      else { return nil }
      moment += time - offset
    }
    self.init(microseconds: moment)
  }

  /// Reads the texts that `init(utf8:)` reads; nil for any other.
  public init?(_ description: String) {
    var text = description
    guard let moment = text.withUTF8({ Timestamp(utf8: $0) }) else { return nil }
    self = moment
  }

  /// The moment in UTC as `YYYY-MM-DD HH:MM:SS.ffffff`, always 26 characters, so that the order of
  /// the texts is the order of the moments.
  public var description: String {
    String(unsafeUninitializedCapacity: 26) { buffer in
      write(to: buffer)
      return 26
    }
  }

  private func write(to buffer: UnsafeMutableBufferPointer<UInt8>) {
    var (days, rest) = microseconds.quotientAndRemainder(dividingBy: Self.microsecondsPerDay)
    if rest < 0 {
      days -= 1
      rest += Self.microsecondsPerDay
    }
    guard let date = CalendarDate(daysSince1970: days) else {
      preconditionFailure("a timestamp outside the calendar")
    }
    date.write(to: buffer)
    let seconds = Int(rest / 1_000_000)
    buffer[10] = UInt8(ascii: " ")
    buffer.writeDigits(seconds / 3600, count: 2, at: 11)
    buffer[13] = UInt8(ascii: ":")
    buffer.writeDigits(seconds / 60 % 60, count: 2, at: 14)
    buffer[16] = UInt8(ascii: ":")
    buffer.writeDigits(seconds % 60, count: 2, at: 17)
    buffer[19] = UInt8(ascii: ".")
    buffer.writeDigits(Int(rest % 1_000_000), count: 6, at: 20)
  }
}
