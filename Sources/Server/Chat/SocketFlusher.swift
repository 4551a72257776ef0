/// Sends what is queued on many sockets at once.
///
/// The transport can group sockets by event loop, so that a message to a thousand clients wakes each
/// loop once. No call waits.
protocol SocketFlusher: Sendable {
  /// Does what ``ClientSocket/flush()`` does, for each of them.
  func flush(_ sockets: [any ClientSocket])
}

/// Flushes one socket after another, for transports that have nothing better.
struct SocketBySocketFlusher: SocketFlusher {
  func flush(_ sockets: [any ClientSocket]) {
    for socket in sockets { socket.flush() }
  }
}
