/// The HTTP exchange that turns a TCP connection into a WebSocket.
enum UpgradeExchange {
  /// The key and the answer to it that RFC 6455 itself gives as an example: the key need not be
  /// secret, it only shows that the answer is not a cached one.
  private static let key = "dGhlIHNhbXBsZSBub25jZQ=="
  private static let accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

  /// The most an answer's head may take, in bytes.
  static let maxHead = 16 << 10

  /// The request for `user` at `address`.
  static func request(to address: ChatAddress, user: String) -> String {
    let query = address.path.contains("?") ? "" : "?username=\(user)"
    return """
      GET \(address.path)\(query) HTTP/1.1\r
      Host: \(address.authority)\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: \(key)\r
      Sec-WebSocket-Version: 13\r
      \r\n
      """
  }

  /// Where the head ends in `bytes`, with its blank line; nil if it has not arrived completely.
  static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 4 else { return nil }
    for end in 4...bytes.count
    where bytes[end - 1] == 10 && bytes[end - 2] == 13 && bytes[end - 3] == 10 {
      return end
    }
    return nil
  }

  /// nil if `head` accepts the upgrade, else what it says instead.
  static func refusal(in head: String) -> String? {
    let lines = head.split(whereSeparator: \.isNewline)
    let status = lines.first.map(String.init) ?? ""
    guard status.split(separator: " ").dropFirst().first == "101" else { return status }
    let accepted = lines.contains { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "sec-websocket-accept"
        && parts[1].drop(while: \.isWhitespace) == accept
    }
    return accepted ? nil : "\(status), but Sec-WebSocket-Accept is missing or wrong"
  }
}
