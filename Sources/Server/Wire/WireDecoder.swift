import NIOCore

/// Turns the bytes that a client sent into a message or a handshake.
///
/// Tolerant exactly where the protocol's clients rely on it: unknown keys are skipped, keys match
/// whatever their letter case, the last duplicate wins, null leaves the zero value, and anything
/// behind the first JSON value is ignored.
enum WireDecoder {
  /// Decodes one chat message.
  static func message(_ bytes: ByteBuffer) throws(WireError) -> WireMessage {
    var message = WireMessage()
    var reader = JSONReader(bytes.readableBytesUInt8Span)
    if try reader.consumeNull() { return message }
    var hasMember = try reader.beginObject()
    while hasMember {
      let key = try reader.memberKey()
      try readMember(key, of: &message, from: &reader)
      hasMember = try reader.nextMember()
    }
    return message
  }

  /// Decodes the first message of a client.
  static func handshake(_ bytes: ByteBuffer) throws(WireError) -> WireHandshake {
    var handshake = WireHandshake()
    var reader = JSONReader(bytes.readableBytesUInt8Span)
    if try reader.consumeNull() { return handshake }
    var hasMember = try reader.beginObject()
    while hasMember {
      let key = try reader.memberKey()
      if reader.matches(key, "username") {
        try reader.read(&handshake.username, "username")
      } else if reader.matches(key, "admin") {
        try reader.read(&handshake.isAdmin, "admin")
      } else if reader.matches(key, "admin_key") {
        try reader.read(&handshake.adminKey, "admin_key")
      } else {
        try reader.skipValue()
      }
      hasMember = try reader.nextMember()
    }
    return handshake
  }

  private static func readMember(
    _ key: JSONText, of message: inout WireMessage, from reader: inout JSONReader
  ) throws(WireError) {
    if reader.matches(key, "sender") {
      try reader.read(&message.sender, "sender")
    } else if reader.matches(key, "content") {
      try reader.read(&message.content, "content")
    } else if reader.matches(key, "created_at") {
      try reader.read(&message.createdAt, "created_at")
    } else if reader.matches(key, "type") {
      try reader.read(&message.type, "type")
    } else if reader.matches(key, "encrypted") {
      try reader.read(&message.isEncrypted, "encrypted")
    } else if reader.matches(key, "message_id") {
      try reader.read(&message.messageID, "message_id")
    } else if reader.matches(key, "recipient") {
      try reader.read(&message.recipient, "recipient")
    } else if reader.matches(key, "edited") {
      try reader.read(&message.isEdited, "edited")
    } else if reader.matches(key, "channel") {
      try reader.read(&message.channel, "channel")
    } else if reader.matches(key, "reaction") {
      try readReaction(into: &message.reaction, from: &reader)
    } else if reader.matches(key, "file") {
      try readFile(into: &message.file, from: &reader)
    } else {
      try reader.skipValue()
    }
  }

  private static func readReaction(
    into field: inout WireReaction?, from reader: inout JSONReader
  ) throws(WireError) {
    reader.key = "reaction"
    if try reader.consumeNull() {
      field = nil
      return
    }
    var reaction = field ?? WireReaction()
    var hasMember = try reader.beginObject()
    while hasMember {
      let key = try reader.memberKey()
      if reader.matches(key, "emoji") {
        try reader.read(&reaction.emoji, "emoji")
      } else if reader.matches(key, "target_id") {
        try reader.read(&reaction.targetID, "target_id")
      } else if reader.matches(key, "is_removal") {
        try reader.read(&reaction.isRemoval, "is_removal")
      } else {
        try reader.skipValue(depth: 2)
      }
      hasMember = try reader.nextMember()
    }
    field = reaction
  }

  private static func readFile(
    into field: inout WireFile?, from reader: inout JSONReader
  ) throws(WireError) {
    reader.key = "file"
    if try reader.consumeNull() {
      field = nil
      return
    }
    var file = field ?? WireFile()
    var hasMember = try reader.beginObject()
    while hasMember {
      let key = try reader.memberKey()
      if reader.matches(key, "filename") {
        try reader.read(&file.filename, "filename")
      } else if reader.matches(key, "size") {
        try reader.read(&file.size, "size")
      } else if reader.matches(key, "data") {
        try reader.readBase64(&file.data, "data")
      } else {
        try reader.skipValue(depth: 2)
      }
      hasMember = try reader.nextMember()
    }
    field = file
  }
}
