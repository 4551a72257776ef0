/// Text of users on its way to other users' terminals.
extension String {
  /// Without what can move a cursor, ring a bell or change what a terminal shows elsewhere: control
  /// characters except line breaks and tabs.
  var safeForTerminals: String {
    guard unicodeScalars.contains(where: { $0.movesTheCursor && !$0.isLayout }) else {
      return self
    }
    var result = ""
    result.unicodeScalars.append(
      contentsOf: unicodeScalars.filter { !$0.movesTheCursor || $0.isLayout })
    return result
  }

  /// Whether nobody would see anything: white space, marks of direction, joiners and byte-order marks.
  var isInvisible: Bool {
    unicodeScalars.allSatisfy { scalar in
      scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
        || scalar.properties.generalCategory == .control
        || scalar.properties.generalCategory == .format
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is a control character of C0 or C1, DEL, or one that terminals take for a line's end.
  var movesTheCursor: Bool {
    value < 0x20 || 0x7F...0x9F ~= value || value == 0x2028 || value == 0x2029
  }

  /// A line feed or a tab, which belong to texts.
  fileprivate var isLayout: Bool { self == "\n" || self == "\t" }
}
