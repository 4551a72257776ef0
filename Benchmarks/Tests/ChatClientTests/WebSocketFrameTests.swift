import NIOCore
import Testing

@testable import ChatClient

@Suite("WebSocket frames")
struct WebSocketFrameTests {
  /// A frame as a server sends it: without a mask.
  private func serverFrame(_ payload: [UInt8]) -> [UInt8] {
    switch payload.count {
    case ..<126: [0x81, UInt8(payload.count)] + payload
    case ..<65536: [0x81, 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
    default:
      [0x81, 127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        + payload
    }
  }

  @Test("A frame is read when its last byte is there, and not before", arguments: [0, 5, 300])
  func incremental(count: Int) throws {
    let bytes = serverFrame([UInt8](repeating: 7, count: count))
    for end in 0..<bytes.count {
      let frame = try bytes[..<end].withUnsafeBytes { try WebSocketFrame.read($0, at: 0) }
      #expect(frame == nil)
    }
    let frame = try bytes.withUnsafeBytes { try WebSocketFrame.read($0, at: 0) }
    #expect(frame?.payload == (bytes.count - count)..<bytes.count)
    #expect(frame?.isFinal == true)
    #expect(frame?.opcode == 1)
  }

  @Test("A frame with 64-bit length is read")
  func long() throws {
    let bytes = serverFrame([UInt8](repeating: 7, count: 70_000))
    let frame = try bytes.withUnsafeBytes { try WebSocketFrame.read($0, at: 0) }
    #expect(frame?.payload.count == 70_000)
  }

  @Test(
    "Masked, reserved and absurd frames are refused",
    arguments: [
      [0x81, 0x80, 0, 0, 0, 0], [0xC1, 0], [0x81, 127, 0x7F, 0xFF, 0, 0, 0, 0, 0, 0],
      [0x81, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    ] as [[UInt8]])
  func refused(_ bytes: [UInt8]) {
    #expect(throws: ChatClientError.self) {
      try bytes.withUnsafeBytes { try WebSocketFrame.read($0, at: 0) }
    }
  }

  @Test("A written frame unmasks to its payload", arguments: [0, 1, 7, 8, 9, 125, 126, 70_000])
  func masking(count: Int) {
    let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var buffer = ByteBuffer()
    WebSocketFrame.append(
      opcode: 1, payload: ByteBuffer(bytes: payload), mask: 0x0102_0304, to: &buffer)
    let written = Array(buffer.readableBytesView)
    let header = written.count - count
    #expect(written[1] & 0x80 != 0)
    #expect(Array(written[(header - 4)..<header]) == [1, 2, 3, 4])
    let key: [UInt8] = [1, 2, 3, 4]
    #expect(written[header...].enumerated().map { $1 ^ key[$0 % 4] } == payload)
  }
}
