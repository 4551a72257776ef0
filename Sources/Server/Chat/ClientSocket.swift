import NIOCore

/// One open WebSocket as the chat sees it.
///
/// The transport implements it; the chat knows nothing of HTTP, frames or event loops. Every call is
/// allowed from any thread and none of them waits.
protocol ClientSocket: AnyObject, Sendable {
  /// The client's address for logs: the peer's, or what a trusted proxy reported.
  var clientAddress: String { get }

  /// Puts one encoded text message behind those already queued, without sending yet.
  ///
  /// - Returns: false when the queue is full: the client does not read fast enough, the message was
  ///   not queued, and the chat is expected to close the socket.
  func enqueue(_ message: OutgoingMessage) -> Bool

  /// Sends what is queued. Many `enqueue`s need one `flush`.
  func flush()

  /// Sends what is queued and one close frame, then closes the connection.
  ///
  /// The transport bounds the time this takes, also for a peer that never reads.
  func close(code: UInt16, reason: String)

  /// Drops what is queued and closes with one close frame, for a client that does not read.
  func cut(code: UInt16, reason: String)

  /// How many bytes are held for this client: queued, or sent and not taken by the network yet.
  var heldByteCount: Int { get }

  /// Asks the client for a sign of life, and whether one came in time.
  func answers(within time: Duration) async -> Bool

  /// Raises the limit on one inbound message once the client is known; longer ones are refused with
  /// close code 1009. Before the first call the limit is that of an unauthenticated client.
  func acceptMessages(upTo maxBytes: Int)
}

/// What the chat gives the transport for one socket. Calls come one at a time, in order, on the
/// socket's event loop; they must not block.
protocol SocketReceiver: AnyObject, Sendable {
  /// One whole data message arrived (text and binary are treated alike).
  func received(_ message: ByteBuffer)

  /// The connection is gone, for whatever reason; called exactly once, last.
  func closed()
}

/// Where the transport takes each new socket.
protocol ChatEntrance: Sendable {
  /// A WebSocket was opened; the handshake message has not arrived yet.
  func open(_ socket: any ClientSocket) -> any SocketReceiver
}
