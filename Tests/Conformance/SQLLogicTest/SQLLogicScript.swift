public import FoundationEssentials

/// A script of the sqllogictest format: statements and queries, and what must come of them.
public struct SQLLogicScript: Sendable {
  /// How messages call it.
  public let name: String
  /// The records in order; at least one.
  public let records: [SQLLogicRecord]

  /// Reads the text of a script.
  ///
  /// Lines may end with CR LF. Nothing is passed over in silence: a record that is not known, a word
  /// too many and a script without records are errors.
  ///
  /// - Throws: ``SQLLogicSyntaxError`` with the number of the line.
  public init(_ text: String, name: String) throws(SQLLogicSyntaxError) {
    var parser = SQLLogicParser(text, name: name)
    records = try parser.records()
    self.name = name
  }

  /// Reads a file.
  ///
  /// - Parameter name: how reports call it; nil for the last part of its path, which scripts of other
  ///   folders can have too.
  /// - Throws: ``SQLLogicSyntaxError``; or why the file could not be read.
  public init(contentsOf file: URL, name: String? = nil) throws {
    let data = try Data(contentsOf: file)
    try self.init(String(decoding: data, as: UTF8.self), name: name ?? file.lastPathComponent)
  }

  /// How many records run a statement or a query, on whichever engine.
  public var testCount: Int {
    records.count { record in
      switch record.action {
      case .statement, .query: true
      case .hashThreshold, .halt: false
      }
    }
  }
}

/// A place in a script that is not of the format.
public struct SQLLogicSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The script's name.
  public let script: String
  /// The line, from 1.
  public let line: Int
  /// What is wrong, and what would be right.
  public let message: String

  /// `name:line: message`
  public var description: String { "\(script):\(line): \(message)" }
}
