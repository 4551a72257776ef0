/// Kinds of columns by what SQLite makes of a value before it stores it. A column has one by its declared
/// type, and only those that change values stand here.
struct SQLiteAffinities: OptionSet, Hashable {
  let rawValue: UInt8

  /// Numbers become text, doubles with 15 digits.
  static let text = SQLiteAffinities(rawValue: 1)
  /// Text that writes a number becomes one: an integer of 64 bits, or a double.
  static let numeric = SQLiteAffinities(rawValue: 2)
  /// Numbers, and text that writes one, become doubles.
  static let real = SQLiteAffinities(rawValue: 4)

  static let none: SQLiteAffinities = []

  /// The letter that stands for it in a statement's program.
  init(letter: UInt8) {
    self =
      switch letter {
      case UInt8(ascii: "B"): .text
      // NUMERIC, INTEGER and the one of columns that are computed.
      case UInt8(ascii: "C"), UInt8(ascii: "D"), UInt8(ascii: "F"): .numeric
      case UInt8(ascii: "E"): .real
      default: .none
      }
  }

  /// The one of a column of a STRICT table, whose types are few.
  init(strictType: String) {
    self =
      switch strictType.uppercased() {
      case "TEXT": .text
      case "INT", "INTEGER": .numeric
      case "REAL": .real
      default: .none
      }
  }

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Those that would change what a text says: it writes a number that no double holds to the last
  /// digit.
  init(bendingText utf8: UnsafeBufferPointer<UInt8>) {
    // Digits, signs, the point and blanks; most texts begin with a letter.
    guard let first = utf8.first, first <= UInt8(ascii: "9"),
      let number = SQLiteNumberText(utf8)
    else {
      self = .none
      return
    }
    if number.fitsDouble {
      self = number.mayBecomeInteger ? .numeric : .none
    } else {
      self = number.fitsInteger ? .real : [.numeric, .real]
    }
  }
}
