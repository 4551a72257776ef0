/// Base64 of the standard alphabet with padding, as files travel inside messages.
enum Base64 {
  static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// The value of each byte in the alphabet, or `noValue`.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: noValue, count: 256)
    for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  private static let noValue: UInt8 = 0xFF

  /// The number of characters that `count` bytes take.
  static func encodedCount(of count: Int) -> Int { (count + 2) / 3 * 4 }

  /// The decoded bytes; nil if the text is not padded base64. Line breaks in it are ignored.
  static func decode(_ text: Span<UInt8>) -> [UInt8]? {
    var isValid = true
    let result = text.withUnsafeBufferPointer { text in
      [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { output, count in
        values.withUnsafeBufferPointer { values in
          var index = 0
          repeat {
            decodeWholeQuads(text, &index, values, output, &count)
          } while decodeUnevenQuad(text, &index, values, output, &count, &isValid)
        }
      }
    }
    return isValid ? result : nil
  }

  /// Decodes groups of four letters until one holds something else or the text ends.
  private static func decodeWholeQuads(
    _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ values: UnsafeBufferPointer<UInt8>,
    _ output: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
  ) {
    while index + 4 <= text.count {
      let a = values[Int(text[index])]
      let b = values[Int(text[index + 1])]
      let c = values[Int(text[index + 2])]
      let d = values[Int(text[index + 3])]
      guard (a | b | c | d) < 64 else { return }
      output[count] = a << 2 | b >> 4
      output[count + 1] = b << 4 | c >> 2
      output[count + 2] = c << 6 | d
      count += 3
      index += 4
    }
  }

  /// Decodes one group that holds line breaks or padding, or finds the end.
  ///
  /// - Returns: whether more groups may follow.
  private static func decodeUnevenQuad(
    _ text: UnsafeBufferPointer<UInt8>, _ index: inout Int, _ values: UnsafeBufferPointer<UInt8>,
    _ output: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int, _ isValid: inout Bool
  ) -> Bool {
    var bits: UInt32 = 0
    var letters = 0
    var pads = 0
    while letters + pads < 4, index < text.count {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { continue }
      let value = values[Int(byte)]
      if byte == UInt8(ascii: "="), letters >= 2 {
        pads += 1
      } else if value != noValue, pads == 0 {
        bits = bits << 6 | UInt32(value)
        letters += 1
      } else {
        isValid = false
        return false
      }
    }
    if letters == 0 { return false }
    guard letters + pads == 4 else {
      isValid = false
      return false
    }
    bits <<= 6 * UInt32(pads)
    for place in 0..<(letters - 1) {
      output[count] = UInt8(truncatingIfNeeded: bits >> (16 - 8 * UInt32(place)))
      count += 1
    }
    guard pads > 0 else { return true }
    let rest = text[index...]
    isValid = rest.allSatisfy { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return false
  }
}
