import Foundation

/// What people read, apart from what programs read.
enum Console {
  /// A line on standard error.
  static func note(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  /// Lines of the summary: on standard output, unless that is taken by JSON.
  static func summarise(_ text: String, besideJSON: Bool) {
    besideJSON ? note(text) : print(text)
  }

  /// Writes a file, making the directories in front of it.
  ///
  /// - Throws: ``ToolFailure`` that names the file.
  static func write(_ text: String, to path: String) throws {
    let file = URL(filePath: path)
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    } catch {
      throw ToolFailure("\(path) cannot be written: \(error.localizedDescription)")
    }
  }

  /// Prints a value as JSON, its keys sorted.
  static func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}

/// A run that could not do its work.
struct ToolFailure: LocalizedError {
  let message: String

  init(_ message: String) { self.message = message }

  var errorDescription: String? { message }
}
