/// Why a socket ended.
public enum ChatClosure: Sendable, Equatable, CustomStringConvertible {
  /// The TCP connection could not be made.
  case notConnected(String)
  /// The server answered the upgrade with something else than 101.
  case notUpgraded(String)
  /// The server sent a close frame.
  case closed(code: UInt16, reason: String)
  /// The connection ended without a close frame.
  case dropped
  /// The server broke the WebSocket protocol.
  case protocolViolation(String)
  /// This side asked for it.
  case byClient

  /// The closure in words.
  public var description: String {
    switch self {
    case .notConnected(let reason): "no connection: \(reason)"
    case .notUpgraded(let answer): "no WebSocket upgrade: \(answer)"
    case .closed(let code, let reason): "closed by the server with \(code) \(reason)"
    case .dropped: "dropped without a close frame"
    case .protocolViolation(let what): "protocol violated by the server: \(what)"
    case .byClient: "closed by this client"
    }
  }
}
