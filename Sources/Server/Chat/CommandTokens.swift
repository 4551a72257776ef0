/// Cuts a command line into words.
///
/// Only spaces separate; `"` switches quoting on and off; a backslash takes the next character as it
/// is, inside quotes too, and is dropped at the end. Empty words vanish.
struct CommandTokens {
  /// The words, from left to right.
  let words: [String]

  /// The words of `line`.
  init(_ line: String) {
    var words: [String] = []
    var word = ""
    var isQuoted = false
    var isEscaped = false
    func finish() {
      if !word.isEmpty { words.append(word) }
      word = ""
    }
    for scalar in line.unicodeScalars {
      if isEscaped {
        word.unicodeScalars.append(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "\"" {
        isQuoted.toggle()
      } else if scalar == " ", !isQuoted {
        finish()
      } else {
        word.unicodeScalars.append(scalar)
      }
    }
    finish()
    self.words = words
  }
}
