import Foundation

/// What a channel may be called: anything that the reference server takes and storage can hold.
enum ChannelName {
  /// Where everybody is who asked for no other channel.
  static let general = "general"

  /// Where a session is whose client shows a channel that this server does not have. Nobody else is
  /// there, so that what is said there is heard by nobody it is not meant for.
  static let nowhere = ""

  /// The longest name, in Unicode scalars: what the shared tables hold on every engine.
  static let maxScalarCount = 191

  /// The rule in words, for the reply to a name that breaks it.
  static let rule = "channel names have 1 to 191 characters and no control characters"

  /// The name that `text` means: without blanks around it, in lower case, and composed, so that names
  /// that look the same are the same; nil if it breaks the rule.
  static func parse(_ text: String) -> String? {
    let name = text.trimmed.lowercased().precomposedStringWithCanonicalMapping
    guard 1...maxScalarCount ~= name.unicodeScalars.count, !name.isInvisible,
      name.unicodeScalars.allSatisfy({ !$0.movesTheCursor })
    else { return nil }
    return name
  }
}
