/// What becomes of a ``ChatSocket``. Every call comes on the socket's event loop.
public protocol ChatListener: AnyObject {
  /// The WebSocket stands and the chat's own handshake was sent. The server does not answer the
  /// handshake as such: its first message, or a close, shows what it thought of it.
  func chatOpened(_ socket: ChatSocket)

  /// A complete text message. The bytes are valid during the call only.
  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer)

  /// The socket ended; nothing follows.
  func chat(_ socket: ChatSocket, ended closure: ChatClosure)
}
