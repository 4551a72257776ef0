/// Bytes on their way into COPY; grows to what one chunk needs and is used again for the next.
struct PostgresCopyBuffer: ~Copyable {
  private(set) var bytes: UnsafeMutableRawPointer
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int) {
    self.capacity = capacity
    bytes = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit {
    bytes.deallocate()
  }

  mutating func removeAll() { count = 0 }

  /// A number in network order.
  @inline(__always)
  mutating func append<T: FixedWidthInteger>(_ number: T) {
    reserve(MemoryLayout<T>.size)
    (bytes + count).storeBytes(of: number.bigEndian, as: T.self)
    count += MemoryLayout<T>.size
  }

  /// A field of the binary format: its size, then the number.
  @inline(__always)
  mutating func appendField<T: FixedWidthInteger>(_ number: T) {
    append(Int32(truncatingIfNeeded: MemoryLayout<T>.size))
    append(number)
  }

  /// A field of the binary format: its size, then the bytes.
  mutating func appendField(_ content: UnsafeRawBufferPointer, prefix: UInt8? = nil) {
    append(Int32(truncatingIfNeeded: content.count + (prefix == nil ? 0 : 1)))
    if let prefix { append(prefix) }
    append(content)
  }

  mutating func append(_ content: UnsafeRawBufferPointer) {
    guard let source = content.baseAddress else { return }
    reserve(content.count)
    (bytes + count).copyMemory(from: source, byteCount: content.count)
    count += content.count
  }

  /// Text as it is.
  mutating func append(_ text: StaticString) {
    append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A field of the text format: what would end it is escaped.
  mutating func appendEscaped(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      reserve(utf8.count * 2)
      for byte in utf8 {
        switch byte {
        case UInt8(ascii: "\\"): append(0x5C5C as UInt16)
        case UInt8(ascii: "\n"): append(0x5C6E as UInt16)
        case UInt8(ascii: "\r"): append(0x5C72 as UInt16)
        case UInt8(ascii: "\t"): append(0x5C74 as UInt16)
        default: append(byte)
        }
      }
    }
  }

  /// A field of the text format that holds bytes: `\\x` and hexadecimal digits.
  mutating func appendHex(_ content: [UInt8]) {
    append("\\\\x")
    reserve(content.count * 2)
    for byte in content {
      append(Self.digit(byte >> 4))
      append(Self.digit(byte & 15))
    }
  }

  private static func digit(_ number: UInt8) -> UInt8 { number < 10 ? 48 + number : 87 + number }

  @inline(__always)
  private mutating func reserve(_ size: Int) {
    if count + size > capacity { grow(to: max(count + size, capacity * 2)) }
  }

  private mutating func grow(to size: Int) {
    let other = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    other.copyMemory(from: bytes, byteCount: count)
    bytes.deallocate()
    bytes = other
    capacity = size
  }
}
