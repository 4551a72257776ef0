public import NIOCore

/// What a client of the chat can say, written as the stock client writes it.
public enum ChatRequest: Sendable {
  case text(String)
  case edit(messageID: Int64, content: String)
  case delete(messageID: Int64)
  case reaction(emoji: String, messageID: Int64, isRemoval: Bool)
  case readReceipt(messageID: Int64)
  case join(channel: String)
  case listChannels

  /// Appends the JSON text to `buffer`. `sender` is the user's own name.
  public func write(sender: String, to buffer: inout ByteBuffer) {
    buffer.writeString("{\"sender\":")
    buffer.writeJSON(sender)
    buffer.writeString(",\"content\":")
    buffer.writeJSON(content)
    buffer.writeString(",\"created_at\":\"0001-01-01T00:00:00Z\"")
    writeRest(to: &buffer)
    buffer.writeString("}")
  }

  private var content: String {
    switch self {
    case .text(let content), .edit(_, let content): content
    default: ""
    }
  }

  private func writeRest(to buffer: inout ByteBuffer) {
    switch self {
    case .text: break
    case .edit(let id, _): buffer.writeString(",\"type\":\"edit\",\"message_id\":\(id)")
    case .delete(let id): buffer.writeString(",\"type\":\"delete\",\"message_id\":\(id)")
    case .readReceipt(let id):
      buffer.writeString(",\"type\":\"read_receipt\",\"message_id\":\(id)")
    case .reaction(let emoji, let id, let isRemoval):
      buffer.writeString(",\"type\":\"reaction\",\"reaction\":{\"emoji\":")
      buffer.writeJSON(emoji)
      buffer.writeString(",\"target_id\":\(id)\(isRemoval ? ",\"is_removal\":true" : "")}")
    case .join(let channel):
      buffer.writeString(",\"type\":\"join_channel\",\"channel\":")
      buffer.writeJSON(channel)
    case .listChannels: buffer.writeString(",\"type\":\"list_channels\"")
    }
  }
}

extension ByteBuffer {
  /// Appends `text` as a JSON string with its quotes.
  mutating func writeJSON(_ text: String) {
    writeInteger(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): writeString("\\\"")
      case UInt8(ascii: "\\"): writeString("\\\\")
      case ..<32:
        writeString(byte < 16 ? "\\u000" : "\\u00")
        writeString(String(byte, radix: 16))
      default: writeInteger(byte)
      }
    }
    writeInteger(UInt8(ascii: "\""))
  }
}
