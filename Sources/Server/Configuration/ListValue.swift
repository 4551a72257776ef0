/// A variable whose value is a list with commas.
enum ListValue {
  /// The elements without the blanks around them; empty ones are kept.
  static func elements(_ value: String) -> [String] {
    value.split(separator: ",", omittingEmptySubsequences: false).map { trimmed(String($0)) }
  }

  /// The elements without the blanks around them and without empty ones.
  static func nonEmptyElements(_ value: String) -> [String] {
    elements(value).filter { !$0.isEmpty }
  }

  /// `text` without white space at both ends.
  static func trimmed(_ text: String) -> String {
    var rest = text[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
