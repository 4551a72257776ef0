import NIOCore

/// Sends what is queued on many sockets with one task per event loop.
///
/// Waking an event loop costs more than writing to a socket, so a message to a channel of a
/// thousand members must not wake it a thousand times.
enum FlushBatch {
  /// The same as `flush()` on each of `sockets`.
  static func flush(_ sockets: [any ClientSocket]) {
    var batches: [ObjectIdentifier: [WebSocketConnection]] = [:]
    for socket in sockets {
      guard let connection = socket as? WebSocketConnection else {
        socket.flush()
        continue
      }
      guard connection.claimFlush() else { continue }
      batches[ObjectIdentifier(connection.eventLoop), default: []].append(connection)
    }
    for batch in batches.values {
      batch.first?.eventLoop.execute {
        for connection in batch { connection.drain() }
      }
    }
  }
}
