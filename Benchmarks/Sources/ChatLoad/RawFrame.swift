import Glibc

/// Searches in a frame that is not worth parsing.
extension UnsafeRawBufferPointer {
  /// Where `byte` stands first at or behind `start`.
  func firstPosition(of byte: UInt8, from start: Int) -> Int? {
    guard let baseAddress, start < count,
      let found = memchr(baseAddress + start, Int32(byte), count - start)
    else { return nil }
    return UnsafeRawPointer(found) - baseAddress
  }

  /// Whether `text` occurs.
  func contains(_ text: StaticString) -> Bool {
    guard let baseAddress, text.utf8CodeUnitCount > 0 else { return false }
    var start = 0
    while let position = firstPosition(of: text.utf8Start.pointee, from: start) {
      guard position + text.utf8CodeUnitCount <= count else { return false }
      if memcmp(baseAddress + position, text.utf8Start, text.utf8CodeUnitCount) == 0 {
        return true
      }
      start = position + 1
    }
    return false
  }
}
