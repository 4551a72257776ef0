import NIOCore

/// Turns what the server says into JSON, one buffer a message.
///
/// Every buffer has its WebSocket frame header ready in the bytes before the readable ones, which
/// is what lets the transport send it to many clients without copying.
enum WireEncoder {
  /// One chat message, its keys in the order of the protocol, zero values left out.
  static func message(_ message: WireMessage) -> ByteBuffer {
    let room =
      192 + message.sender.utf8.count + message.content.utf8.count + message.recipient.utf8.count
      + message.channel.utf8.count + message.type.utf8.count
      + (message.file.map { Base64.encodedCount(of: $0.data.count) } ?? 0)
    var json = JSONWriter(capacity: room)
    json.member("{\"sender\":", message.sender)
    json.member(",\"content\":", message.content)
    json.member(",\"created_at\":", message.createdAt ?? .zero)
    if !message.type.isEmpty { json.member(",\"type\":", message.type) }
    if message.isEncrypted { json.raw(",\"encrypted\":true") }
    if message.messageID != 0 { json.member(",\"message_id\":", message.messageID) }
    if !message.recipient.isEmpty { json.member(",\"recipient\":", message.recipient) }
    if message.isEdited { json.raw(",\"edited\":true") }
    if !message.channel.isEmpty { json.member(",\"channel\":", message.channel) }
    if let reaction = message.reaction { write(reaction, to: &json) }
    if let file = message.file { write(file, to: &json) }
    json.raw("}")
    return json.finish()
  }

  /// A message that another server has encoded.
  static func passed(_ message: ByteBuffer) -> ByteBuffer {
    var json = JSONWriter(capacity: message.readableBytes)
    json.raw(message)
    return json.finish()
  }

  /// The names of everybody who is connected, in the order given.
  static func userList(_ names: [String]) -> ByteBuffer {
    var json = JSONWriter(capacity: 48 + names.reduce(0) { $0 + $1.utf8.count + 3 })
    json.raw("{\"type\":\"userlist\",\"data\":{\"users\":[")
    for (index, name) in names.enumerated() {
      if index > 0 { json.raw(",") }
      json.string(name)
    }
    json.raw("]}}")
    return json.finish()
  }

  /// What a client is told before it is closed for a wrong admin key.
  static func authFailed(reason: String) -> ByteBuffer {
    var json = JSONWriter(capacity: 64 + reason.utf8.count)
    json.member("{\"type\":\"auth_failed\",\"data\":{\"reason\":", reason)
    json.raw("}}")
    return json.finish()
  }

  private static func write(_ reaction: WireReaction, to json: inout JSONWriter) {
    json.member(",\"reaction\":{\"emoji\":", reaction.emoji)
    json.member(",\"target_id\":", reaction.targetID)
    if reaction.isRemoval { json.raw(",\"is_removal\":true") }
    json.raw("}")
  }

  private static func write(_ file: WireFile, to json: inout JSONWriter) {
    json.member(",\"file\":{\"filename\":", file.filename)
    json.member(",\"size\":", file.size)
    json.raw(",\"data\":")
    json.base64(file.data)
    json.raw("}")
  }
}
