/// A text where the library can read it as long as a call is under way.
final class MySQLText {
  let bytes: UnsafeMutablePointer<CChar>
  let count: UInt

  init(_ text: String) {
    var text = text
    count = UInt(text.utf8.count)
    let bytes = UnsafeMutablePointer<CChar>.allocate(capacity: text.utf8.count + 1)
    text.withUTF8 { utf8 in
      UnsafeMutableRawBufferPointer(start: bytes, count: utf8.count)
        .copyMemory(from: UnsafeRawBufferPointer(utf8))
    }
    bytes[text.utf8.count] = 0
    self.bytes = bytes
  }

  deinit { bytes.deallocate() }
}
