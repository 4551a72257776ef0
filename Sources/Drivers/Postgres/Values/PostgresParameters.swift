/// The parameters of one execution as libpq takes them: addresses, lengths and formats.
///
/// Kept by the connection and filled anew for each execution, so that nothing is allocated then.
/// libpq copies them before the call returns. [BIND-1]
final class PostgresParameters {
  /// Where the bytes of each parameter lie; valid after ``finish()``.
  private(set) var addresses: UnsafeMutablePointer<UnsafePointer<CChar>?>
  private(set) var lengths: UnsafeMutablePointer<Int32>
  private(set) var formats: UnsafeMutablePointer<Int32>
  private(set) var count = 0
  private var offsets: UnsafeMutablePointer<Int>
  private var capacity = 16
  private var bytes: UnsafeMutableRawPointer
  private var byteCapacity = 1024
  private var used = 0
  private static let null = -1
  private static let largestKept = 1 << 20

  init() {
    addresses = .allocate(capacity: capacity)
    lengths = .allocate(capacity: capacity)
    formats = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity)
    bytes = .allocate(byteCount: byteCapacity, alignment: 8)
  }

  deinit {
    addresses.deallocate()
    lengths.deallocate()
    formats.deallocate()
    offsets.deallocate()
    bytes.deallocate()
  }

  /// Forgets the last execution and makes room for that many parameters.
  func start(_ parameterCount: Int) {
    count = 0
    used = 0
    if byteCapacity > Self.largestKept { resizeBytes(to: 1024) }
    guard parameterCount > capacity else { return }
    addresses.deallocate()
    lengths.deallocate()
    formats.deallocate()
    offsets.deallocate()
    capacity = parameterCount
    addresses = .allocate(capacity: capacity)
    lengths = .allocate(capacity: capacity)
    formats = .allocate(capacity: capacity)
    offsets = .allocate(capacity: capacity)
  }

  func appendNull() {
    offsets[count] = Self.null
    lengths[count] = 0
    formats[count] = 1
    count += 1
  }

  /// A parameter in binary format.
  @inline(__always)
  func appendBinary<T: FixedWidthInteger>(_ number: T) {
    let place = begin(MemoryLayout<T>.size, binary: true)
    place.storeBytes(of: number.bigEndian, as: T.self)
  }

  /// A parameter in binary format: `prefix`, then the bytes.
  func appendBinary(_ content: UnsafeRawBufferPointer, prefix: UInt8? = nil) {
    let extra = prefix == nil ? 0 : 1
    let place = begin(content.count + extra, binary: true)
    if let prefix { place.storeBytes(of: prefix, as: UInt8.self) }
    guard let source = content.baseAddress else { return }
    (place + extra).copyMemory(from: source, byteCount: content.count)
  }

  /// A parameter in text format, which libpq wants to end with a zero byte.
  func appendText(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      let place = begin(utf8.count + 1, binary: false)
      if let source = utf8.baseAddress { place.copyMemory(from: source, byteCount: utf8.count) }
      place.storeBytes(of: 0, toByteOffset: utf8.count, as: UInt8.self)
    }
  }

  /// Makes the addresses final: until now the bytes could move.
  @inline(__always)
  func finish() {
    for index in 0..<count {
      let offset = offsets[index]
      addresses[index] =
        offset == Self.null
        ? nil : UnsafePointer((bytes + offset).assumingMemoryBound(to: CChar.self))
    }
  }

  @inline(__always)
  private func begin(_ size: Int, binary: Bool) -> UnsafeMutableRawPointer {
    if used + size + 1 > byteCapacity { resizeBytes(to: max(used + size + 1, byteCapacity * 2)) }
    offsets[count] = used
    lengths[count] = Int32(truncatingIfNeeded: size)
    formats[count] = binary ? 1 : 0
    count += 1
    // An empty parameter still needs an address: none would be NULL.
    defer { used += max(size, 1) }
    return bytes + used
  }

  private func resizeBytes(to size: Int) {
    let other = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    other.copyMemory(from: bytes, byteCount: used)
    bytes.deallocate()
    bytes = other
    byteCapacity = size
  }
}
