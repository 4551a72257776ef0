import ChatClient
import NIOCore

/// What a load message carries in its content so that whoever receives it knows whose it is:
/// `@run.sender.sequence.nanoseconds@`, followed by padding.
struct Marker {
  /// The run, so that messages of an earlier one in the replay are not taken for this one's.
  var run: UInt64
  /// The sender's index.
  var sender: Int
  /// The sender's own count, from 1.
  var sequence: UInt64
  /// When it was sent, or should have been, on the monotonic clock.
  var sentAt: UInt64

  /// Finds and reads the marker in a raw frame; nil if it holds none.
  init?(in frame: UnsafeRawBufferPointer) {
    guard var position = frame.firstPosition(of: UInt8(ascii: "@"), from: 0) else { return nil }
    func number() -> UInt64? {
      position += 1
      let start = position
      var value: UInt64 = 0
      while position < frame.count, position - start < 19 {
        let digit = frame[position] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        value = value &* 10 &+ UInt64(digit)
        position += 1
      }
      return position > start && position < frame.count ? value : nil
    }
    guard let run = number(), let sender = number(), let sequence = number(),
      let sentAt = number(), frame[position] == UInt8(ascii: "@")
    else { return nil }
    self.run = run
    self.sender = Int(sender)
    self.sequence = sequence
    self.sentAt = sentAt
  }

  init(run: UInt64, sender: Int, sequence: UInt64, sentAt: UInt64) {
    self.run = run
    self.sender = sender
    self.sequence = sequence
    self.sentAt = sentAt
  }

  /// Appends the content, padded to at least `size` bytes.
  func write(to buffer: inout ByteBuffer, size: Int) {
    let start = buffer.writerIndex
    for number in [run, UInt64(sender), sequence, sentAt] {
      buffer.writeInteger(buffer.writerIndex == start ? UInt8(ascii: "@") : UInt8(ascii: "."))
      buffer.writeDecimal(number)
    }
    buffer.writeInteger(UInt8(ascii: "@"))
    let missing = size - (buffer.writerIndex - start)
    if missing > 0 { buffer.writeRepeatingByte(UInt8(ascii: "x"), count: missing) }
  }
}

extension ByteBuffer {
  /// Appends `number` in decimal without making a String of it.
  mutating func writeDecimal(_ number: UInt64) {
    var divisor: UInt64 = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      writeInteger(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }
}
