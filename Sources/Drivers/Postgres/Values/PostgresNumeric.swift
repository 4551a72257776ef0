import DriverAPI

/// The binary form of `numeric`: groups of four decimal digits, written out as text.
struct PostgresNumeric {
  private let groups: UnsafeRawBufferPointer
  private let groupCount: Int
  /// The place of the first group: it is worth 10000 to the power of this.
  private let weight: Int
  private let sign: UInt16
  /// How many digits stand behind the point.
  private let scale: Int

  private static let negative: UInt16 = 0x4000
  private static let special: [UInt16: StaticString] = [
    0xC000: "NaN", 0xD000: "Infinity", 0xF000: "-Infinity",
  ]

  /// Reads the header; nil if it does not fit the bytes.
  init?(_ value: UnsafeRawBufferPointer) {
    guard value.count >= 8 else { return nil }
    func field(_ index: Int) -> UInt16 {
      UInt16(bigEndian: value.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    }
    groupCount = Int(field(0))
    weight = Int(Int16(bitPattern: field(1)))
    sign = field(2)
    scale = Int(field(3))
    guard value.count == 8 + groupCount * 2 else { return nil }
    groups = UnsafeRawBufferPointer(rebasing: value[8...])
  }

  /// The number as digits, lent from `scratch`.
  func cell(in scratch: PostgresScratch) -> Cell {
    if let word = Self.special[sign] {
      return Cell(
        kind: .decimal,
        lending: UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
    let room = scratch.take(max(weight + 1, 1) * 4 + scale + 6)
    var count = 0
    if sign == Self.negative { append(UInt8(ascii: "-"), to: room, &count) }
    writeWhole(to: room, &count)
    if scale > 0 {
      append(UInt8(ascii: "."), to: room, &count)
      writeDecimals(to: room, &count)
    }
    return Cell(kind: .decimal, lending: .init(rebasing: UnsafeRawBufferPointer(room)[..<count]))
  }

  private func group(_ index: Int) -> Int {
    guard index >= 0, index < groupCount else { return 0 }
    let group = UInt16(bigEndian: groups.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self))
    // A group is below 10000; what a broken server sends must not become other characters.
    return Int(group % 10_000)
  }

  private func append(
    _ byte: UInt8, to room: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) {
    room[count] = byte
    count += 1
  }

  private func writeWhole(to room: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
    var hasBegun = false
    for index in 0..<max(weight + 1, 0) {
      var rest = Group(group(index))
      while let digit = rest.next() {
        hasBegun = hasBegun || digit != 0
        if hasBegun { append(48 + digit, to: room, &count) }
      }
    }
    if !hasBegun { append(UInt8(ascii: "0"), to: room, &count) }
  }

  private func writeDecimals(to room: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int) {
    let end = count + scale
    var index = weight + 1
    while count < end {
      var rest = Group(group(index))
      while count < end, let digit = rest.next() { append(48 + digit, to: room, &count) }
      index += 1
    }
  }

  /// The four digits of a group, one after the other.
  private struct Group {
    private var rest: Int
    private var unit = 1000

    init(_ group: Int) { rest = group }

    mutating func next() -> UInt8? {
      guard unit > 0 else { return nil }
      defer {
        rest %= unit
        unit /= 10
      }
      return UInt8(rest / unit)
    }
  }
}
