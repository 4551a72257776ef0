/// One chat message as it crosses the socket, in either direction.
///
/// Field by field the JSON object of the marchat protocol: a missing key has the zero value, and a
/// zero value is not written (except `sender`, `content` and `created_at`, which always are).
struct WireMessage: Sendable, Equatable {
  /// The display name of the author; stamped by the server on everything it relays.
  var sender = ""
  /// The text, or the base64 of an encrypted text.
  var content = ""
  /// When it was sent. On input nil when the key is absent or null; on output nil prints Go's zero
  /// time, `0001-01-01T00:00:00Z`.
  var createdAt: WireTime?
  /// `text`, `dm`, `file` …; empty means text.
  var type = ""
  /// Whether `content` or the file is opaque to the server.
  var isEncrypted = false
  /// The stored row's id; 0 for what is not stored.
  var messageID: Int64 = 0
  /// The addressee of a direct message.
  var recipient = ""
  /// Whether the text was changed after it was sent.
  var isEdited = false
  /// The channel the message belongs to.
  var channel = ""
  /// Present on reactions only.
  var reaction: WireReaction?
  /// Present on files only.
  var file: WireFile?
}

/// A reaction added to, or removed from, a stored message.
struct WireReaction: Sendable, Equatable {
  /// The emoji, an opaque short text.
  var emoji = ""
  /// The id of the message reacted to.
  var targetID: Int64 = 0
  /// Whether the reaction is taken back.
  var isRemoval = false
}

/// A file sent inside one message.
struct WireFile: Sendable, Equatable {
  /// The name the sender gave it.
  var filename = ""
  /// The size in bytes that the sender declared.
  var size: Int64 = 0
  /// The payload, already decoded from base64.
  var data: [UInt8] = []
}

/// What a client says first.
struct WireHandshake: Sendable, Equatable {
  /// The display name it asks for.
  var username = ""
  /// Whether it asks for administrator rights.
  var isAdmin = false
  /// The key that proves them.
  var adminKey = ""
}

/// An instant of the wire, in whole microseconds since 1970-01-01 UTC.
struct WireTime: Sendable, Hashable, Comparable {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  var microseconds: Int64

  static func < (left: WireTime, right: WireTime) -> Bool {
    left.microseconds < right.microseconds
  }
}
