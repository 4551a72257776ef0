/// What a user may be called.
enum UsernameRule {
  /// The longest name, in bytes.
  static let maxByteCount = 32

  /// Why `name` is refused, in the words that clients show; nil if it is fine.
  ///
  /// The first broken rule counts. Blanks around the name must be trimmed before.
  static func violation(of name: String) -> String? {
    if name.isEmpty { return "username cannot be empty" }
    if name.utf8.count > maxByteCount { return "username too long (max 32 characters)" }
    guard name.utf8.allSatisfy(isAllowed) else {
      return "username contains invalid characters (only letters, numbers, _, -, . allowed)"
    }
    if name.hasPrefix(":") || name.hasPrefix(".") {
      return "username cannot start with ':' or '.'"
    }
    if name.firstRange(of: "..") != nil { return "username cannot contain '..'" }
    // The server speaks under this name; whoever bore it could forge its announcements.
    if fold(name) == "system" { return "username is reserved" }
    return nil
  }

  /// The form in which names are compared: ASCII letters in lower case.
  static func fold(_ name: String) -> String { name.lowercased() }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
