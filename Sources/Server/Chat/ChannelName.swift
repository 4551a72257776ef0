/// What a channel may be called.
enum ChannelName {
  /// Where everybody is who asked for no other channel.
  static let general = "general"

  /// The longest name, in bytes.
  static let maxByteCount = 64

  /// The rule in words, for the reply to a name that breaks it.
  static let rule = "channel names have 1 to 64 of the characters a-z, 0-9, _ and -"

  /// The name that `text` means, folded and trimmed; nil if it breaks the rule.
  static func parse(_ text: String) -> String? {
    let name = text.trimmed.folded
    guard 1...maxByteCount ~= name.utf8.count, name.utf8.allSatisfy(isAllowed) else { return nil }
    return name
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
