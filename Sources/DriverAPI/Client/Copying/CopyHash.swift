import FoundationEssentials

/// A number of 64 bits that tells rows apart: against mistakes, not against somebody who wants two rows
/// to have the same one.
struct CopyHash {
  private(set) var state: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// Each step multiplies to 128 bits and folds them, so that every bit counts in every later one.
  @inline(__always)
  mutating func combine(_ word: UInt64) {
    let product = ((state ^ word) &+ 0xa076_1d64_78bd_642f)
      .multipliedFullWidth(by: 0xe703_7ed1_a0b4_28db)
    state = product.high ^ product.low
  }

  mutating func combine(_ bytes: UnsafeBufferPointer<UInt8>) {
    combine(UInt64(truncatingIfNeeded: bytes.count))
    guard let base = bytes.baseAddress else { return }
    let start = UnsafeRawPointer(base)
    var offset = 0
    while offset &+ 8 <= bytes.count {
      combine(
        UInt64(littleEndian: start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset &+= 8
    }
    guard offset < bytes.count else { return }
    var rest: UInt64 = 0
    while offset < bytes.count {
      rest = rest << 8 | UInt64(bytes[offset])
      offset &+= 1
    }
    combine(rest)
  }

  mutating func combine(_ text: String) {
    var text = text
    text.withUTF8 { combine($0) }
  }
}

extension CopyHash {
  /// A value, so that equal ones of one kind of column give the same on every engine: decimals without
  /// the zeros at their end, any NaN as any other, JSON without its blanks and the order of its names.
  mutating func add(_ value: Value) {
    switch value {
    case .null: combine(1)
    case .bool(let truth): combine(truth ? 3 : 2)
    case .int(let number): combine(4, UInt64(bitPattern: number))
    case .uint(let number): combine(5, number)
    case .double(let number): combine(6, number.isNaN ? 0x7ff8 << 48 : number.bitPattern)
    case .text(let text):
      combine(7)
      combine(text)
    case .bytes(let bytes):
      combine(8)
      bytes.withUnsafeBufferPointer { combine($0) }
    case .uuid(let uuid):
      combine(9)
      withUnsafeBytes(of: uuid.uuid) { raw in
        raw.withMemoryRebound(to: UInt8.self) { (bytes: UnsafeBufferPointer<UInt8>) in
          combine(bytes)
        }
      }
    case .timestamp(let moment): combine(10, UInt64(bitPattern: moment.microseconds))
    case .date(let date): combine(11, UInt64(bitPattern: date.daysSince1970))
    case .decimal(let decimal): combine(shortened: decimal.withoutZerosAtEnd)
    case .json(let text):
      combine(13)
      combine(CanonicalJSON.text(of: text) ?? text)
    }
  }

  @inline(__always)
  mutating func combine(_ kind: UInt64, _ word: UInt64) {
    combine(kind)
    combine(word)
  }

  private mutating func combine(shortened decimal: ExactDecimal) {
    combine(12, UInt64(decimal.scale))
    combine(UInt64(truncatingIfNeeded: decimal.unscaled >> 64))
    combine(UInt64(truncatingIfNeeded: decimal.unscaled))
  }
}

extension ExactDecimal {
  /// The same number with as few decimals as it needs.
  var withoutZerosAtEnd: ExactDecimal {
    var (unscaled, scale) = (unscaled, scale)
    if unscaled == 0 { scale = 0 }
    while scale > 0, unscaled % 10 == 0 {
      unscaled /= 10
      scale -= 1
    }
    return ExactDecimal(unscaled: unscaled, scale: scale) ?? self
  }
}
