import NIOCore

/// What the payload of a received close frame says.
enum ClosePayload: Equatable {
  /// Nothing was said.
  case empty
  /// A code that may be sent, with or without a reason.
  case code(UInt16)
  /// Half a code, or a code that must not be sent.
  case invalid
  /// A reason that is no UTF-8.
  case invalidText

  init(_ payload: ByteBuffer) {
    var payload = payload
    guard payload.readableBytes > 0 else {
      self = .empty
      return
    }
    guard let code = payload.readInteger(as: UInt16.self), Self.mayBeSent(code) else {
      self = .invalid
      return
    }
    let isText = String(validating: payload.readableBytesView, as: UTF8.self) != nil
    self = isText ? .code(code) : .invalidText
  }

  private static func mayBeSent(_ code: UInt16) -> Bool {
    switch code {
    case 1000...1003, 1007...1014, 3000...4999: true
    default: false
    }
  }
}
