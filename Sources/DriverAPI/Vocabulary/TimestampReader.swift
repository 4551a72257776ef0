/// Reads dates, times and zones from left to right; valid as long as the bytes it was given.
///
/// Each method steps over what it understood and answers nil, or false, for anything else.
struct TimestampReader {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: byte) else { return false }
    position += 1
    return true
  }

  private mutating func digit() -> Int? {
    guard let byte = next, byte >= 48, byte <= 57 else { return nil }
    position += 1
    return Int(byte) - 48
  }

  private mutating func number(digits count: Int, below limit: Int) -> Int? {
    var number = 0
    for _ in 0..<count {
      guard let digit = digit() else { return nil }
      number = number * 10 + digit
    }
    return number < limit ? number : nil
  }

  /// `YYYY-MM-DD`, a day the calendar has.
  mutating func date() -> CalendarDate? {
    guard let year = number(digits: 4, below: 10_000), skip("-"),
      let month = number(digits: 2, below: 13), skip("-"),
      let day = number(digits: 2, below: 32)
    else { return nil }
    return CalendarDate(year: year, month: month, day: day)
  }

  /// What stands between date and time.
  mutating func skipTimeSeparator() -> Bool {
    skip("T") || skip(" ") || skip("t")
  }

  /// `HH:MM[:SS[.fraction]]` as microseconds since midnight.
  mutating func timeOfDay() -> Int64? {
    guard let hour = number(digits: 2, below: 24), skip(":"),
      let minute = number(digits: 2, below: 60)
    else { return nil }
    var seconds = hour * 3600 + minute * 60
    guard skip(":") else { return Int64(seconds) * 1_000_000 }
    guard let second = number(digits: 2, below: 60) else { return nil }
    seconds += second
    guard skip(".") else { return Int64(seconds) * 1_000_000 }
    return fraction().map { Int64(seconds) * 1_000_000 + $0 }
  }

  private mutating func fraction() -> Int64? {
    guard let first = digit() else { return nil }
    var microseconds = Int64(first) * 100_000
    var unit: Int64 = 10_000
    while let digit = digit() {
      microseconds += Int64(digit) * unit
      unit /= 10
    }
    return microseconds
  }

  /// The zone up to the end, as microseconds east of UTC; 0 if there is none.
  mutating func zoneOffset() -> Int64? {
    if isAtEnd { return 0 }
    _ = skip(" ")
    if skip("Z") || skip("z") { return 0 }
    guard let seconds = signedOffset(), skipGoSuffix() else { return nil }
    return Int64(seconds) * 1_000_000
  }

  // Seconds east of UTC. Zones had seconds before clocks were set by telegraph, and PostgreSQL writes
  // them: `+00:19:32`.
  private mutating func signedOffset() -> Int? {
    let isWest = skip("-")
    guard isWest || skip("+"), let hours = number(digits: 2, below: 24) else { return nil }
    var minutes = 0
    if next.map({ $0 != 32 }) ?? false {
      _ = skip(":")
      guard let given = number(digits: 2, below: 60) else { return nil }
      minutes = given
    }
    var seconds = 0
    if skip(":") {
      guard let given = number(digits: 2, below: 60) else { return nil }
      seconds = given
    }
    return (hours * 3600 + minutes * 60 + seconds) * (isWest ? -1 : 1)
  }

  /// What Go prints after the offset: the zone's name, itself an offset where it has none, and the
  /// reading of the monotonic clock. Neither changes the moment.
  private mutating func skipGoSuffix() -> Bool {
    if isAtEnd { return true }
    guard skip(" ") else { return false }
    if next != UInt8(ascii: "m") {
      guard skipZoneName() else { return false }
      if isAtEnd { return true }
      guard skip(" ") else { return false }
    }
    return skipMonotonicReading()
  }

  private mutating func skipZoneName() -> Bool {
    if skip("+") || skip("-") {
      guard number(digits: 2, below: 24) != nil else { return false }
      return isAtEnd || next == 32 || number(digits: 2, below: 60) != nil
    }
    let start = position
    while let byte = next, (65...90).contains(byte & 0xDF), byte >= 65 { position += 1 }
    return (2...6).contains(position - start)
  }

  private mutating func skipMonotonicReading() -> Bool {
    guard skip("m"), skip("="), skip("+") || skip("-"), digit() != nil else { return false }
    while digit() != nil {}
    guard skip(".") else { return isAtEnd }
    guard digit() != nil else { return false }
    while digit() != nil {}
    return isAtEnd
  }
}
