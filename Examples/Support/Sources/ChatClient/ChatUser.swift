import Foundation

/// Somebody in the chat: as much of a WebSocket as it takes to say something and to listen.
public final class ChatUser {
  private let socket: Int32
  private let name: String

  /// Enters the chat of a server on this machine.
  public init(_ name: String, port: UInt16) throws {
    self.name = name
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(
      socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    try Loopback.withAddress(port: port) { address, size in
      guard connect(socket, address, size) == 0 else { throw ChatFailure("no server") }
    }
    try write(
      Array(
        """
        GET /ws?username=\(name) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r
        Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
        Sec-WebSocket-Version: 13\r\n\r\n
        """.utf8))
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) { head += try read(1) }
    guard String(decoding: head, as: UTF8.self).contains(" 101 ") else {
      throw ChatFailure("not let in: \(String(decoding: head, as: UTF8.self))")
    }
    try send("{\"username\":\"\(name)\",\"admin\":false}")
  }

  deinit { Glibc.close(socket) }

  /// Sends a message, or asks for something.
  public func say(_ text: String, type: String = "text") throws {
    try send(
      "{\"type\":\"\(type)\",\"sender\":\"\(name)\",\"content\":\"\(text)\","
        + "\"created_at\":\"0001-01-01T00:00:00Z\"}")
  }

  /// Waits until somebody, or the history, says that.
  ///
  /// - Parameter other: what must not have been said before, or with it.
  public func hear(_ text: String, besides other: String? = nil) throws {
    while true {
      let frame = try readFrame()
      guard frame.opcode == 1 else { continue }
      let said = String(decoding: frame.payload, as: UTF8.self)
      if let other, said.contains(other) { throw ChatFailure("heard \(said)") }
      if said.contains(text) { return }
    }
  }

  // A text of one frame; the mask is there, as it must be, and changes nothing.
  private func send(_ text: String) throws {
    let payload = Array(text.utf8)
    let size = payload.count < 126 ? [UInt8(payload.count)] : [126, 0, UInt8(payload.count)]
    try write([0x81, 0x80 | size[0]] + size.dropFirst() + [0, 0, 0, 0] + payload)
  }

  private func readFrame() throws -> (opcode: UInt8, payload: [UInt8]) {
    let head = try read(2)
    let widths: [UInt8: Int] = [126: 2, 127: 8]
    let short = head[1] & 0x7f
    let extended = try read(widths[short] ?? 0)
    let size = extended.isEmpty ? Int(short) : extended.reduce(0) { $0 << 8 | Int($1) }
    return (head[0] & 0x0f, try read(size))
  }

  private func read(_ count: Int) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    guard count == 0 || recv(socket, &bytes, count, Int32(MSG_WAITALL)) == count else {
      throw ChatFailure("nothing more was heard")
    }
    return bytes
  }

  private func write(_ bytes: [UInt8]) throws {
    guard Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    else { throw ChatFailure("nothing more can be said") }
  }
}

/// What went otherwise than it should.
public struct ChatFailure: Error {
  /// In words.
  public let what: String

  /// Such a failure.
  public init(_ what: String) { self.what = what }
}
