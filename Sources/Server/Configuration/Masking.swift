/// Keeps secrets out of everything that is printed.
enum Masking {
  /// The value of a variable as it may be shown: `(not set)`, `(set, len=11)` for a secret, with
  /// credentials masked for anything else, and cut when it is very long.
  static func display(_ name: String, _ value: String?) -> String {
    guard let value, !value.isEmpty else { return "(not set)" }
    guard !isSecret(name) else { return "(set, len=\(value.utf8.count))" }
    let masked = credentials(in: value)
    guard masked.utf8.count > 120 else { return masked }
    return String(decoding: masked.utf8.prefix(117), as: UTF8.self) + "..."
  }

  /// Whether a variable's value may be secret: by its name, or because nobody knows the name. A
  /// misspelt one has the value of the one that was meant.
  static func isSecret(_ name: String) -> Bool {
    guard KnownVariables.all.contains(name) else { return true }
    let words = Set(name.uppercased().split { $0 == "_" || $0 == "-" }.map(String.init))
    // A file that holds a key is no secret itself.
    if words.contains("FILE") || words.contains("PATH") { return false }
    return !words.isDisjoint(with: [
      "KEY", "SECRET", "TOKEN", "PASSWORD", "PASSWD", "PASS", "CREDENTIALS",
    ])
  }

  /// `text` with the passwords of URLs and DSNs replaced by `***`.
  static func credentials(in text: String) -> String {
    var masked = text
    // The greedy middle takes passwords that hold '@', ':', '/' or blanks, as the drivers do: to
    // the last '@'. Rather too much is hidden than too little.
    masked.replace(#/(?<scheme>[A-Za-z][A-Za-z0-9+.\-]*://)(?<user>[^:@/?#\s]*):.*@/#) {
      "\($0.scheme)\($0.user):***@"
    }
    masked.replace(#/(?<user>(?:mysql:(?:\/\/)?)?[^:@\/\s]+):.*@(?<net>[a-z0-9]+)\(/#) {
      "\($0.user):***@\($0.net)("
    }
    masked.replace(
      #/(?i)(?<name>pass(?:word|wd|phrase)?|pwd|secret|token|sslpassword)=(?:'(?:[^'\\]|\\.)*'|\{(?:[^}]|\}\})*\}|[^\s&;]*)/#
    ) {
      "\($0.name)=***"
    }
    return masked
  }
}
