import Foundation

/// What the program says to whoever started it.
enum Terminal {
  /// Writes a line to the standard error, where every problem goes.
  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
