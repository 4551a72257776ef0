/// The proxies whose word about a client's address is taken.
struct TrustedProxies: Sendable, Equatable {
  /// Their addresses.
  var networks: [IPNetwork] = []

  /// Whether `address` is one of them.
  func contains(_ address: IPAddress) -> Bool {
    networks.contains { $0.contains(address) }
  }

  /// The client's address.
  ///
  /// Only a trusted peer is believed. Its `X-Forwarded-For` is walked from the right, because
  /// proxies append there and a client may have written anything further left; the first address
  /// that is no trusted proxy is the client. What is no address ends the walk.
  ///
  /// - Parameters:
  ///   - peer: the other end of the TCP connection.
  ///   - forwarded: the values of all `X-Forwarded-For` headers, in order.
  ///   - realIP: the value of `X-Real-IP`, used only when nothing was forwarded.
  func clientAddress(peer: String, forwarded: [String], realIP: String?) -> String {
    guard let peerAddress = IPAddress(peer) else { return peer.isEmpty ? "unknown" : peer }
    guard contains(peerAddress) else { return "\(peerAddress)" }
    let hops = forwarded.flatMap { $0.split(separator: ",") }.map(Self.trimmed)
      .filter { !$0.isEmpty }
    guard !hops.isEmpty else {
      return realIP.flatMap { IPAddress(Self.trimmed($0[...])) }.map { "\($0)" }
        ?? "\(peerAddress)"
    }
    var nearest = peerAddress
    for hop in hops.reversed() {
      guard let address = IPAddress(withOptionalPort: hop) else { break }
      nearest = address
      if !contains(address) { break }
    }
    return "\(nearest)"
  }

  private static func trimmed(_ text: Substring) -> String {
    String(text.trimmingPrefix { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
