/// What became of a script on one engine.
public struct SQLLogicReport: Sendable, Hashable {
  /// The script's name.
  public let script: String
  /// What was sent of its records.
  public let mode: SQLLogicRunner.Mode
  /// Statements and queries that came out as they must.
  public internal(set) var passedCount = 0
  /// Statements and queries that are not meant for this engine.
  public internal(set) var skippedCount = 0
  /// Integer literals that were sent as parameters.
  public internal(set) var boundLiteralCount = 0
  /// Records that the engine understood and said to be larger than it takes.
  public internal(set) var refusals: [Finding] = []
  /// Records that did not come out as they must.
  public internal(set) var failures: [Finding] = []

  /// A record that deserves a look.
  public struct Finding: Sendable, Hashable, CustomStringConvertible {
    /// The script's name.
    public let script: String
    /// The record's line, from 1.
    public let line: Int
    /// What was expected and what came.
    public let message: String

    /// `name:line: message`
    public var description: String { "\(script):\(line): \(message)" }
  }

  init(script: String, mode: SQLLogicRunner.Mode) {
    self.script = script
    self.mode = mode
  }

  /// Whether no record failed and at least one ran.
  public var hasPassed: Bool { failures.isEmpty && passedCount > 0 }

  func finding(_ message: String, at line: Int) -> Finding {
    Finding(script: script, line: line, message: message)
  }

  mutating func noteSkipped(_ record: SQLLogicRecord) {
    switch record.action {
    case .statement, .query: skippedCount += 1
    case .hashThreshold, .halt: break
    }
  }
}

extension SQLLogicReport: CustomStringConvertible {
  /// The counts in one line.
  public var description: String {
    let counts = [
      ("passed", passedCount), ("failed", failures.count), ("refused", refusals.count),
      ("not for this engine", skippedCount), ("literals bound", boundLiteralCount),
    ]
    let told = counts.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    return "\(script), \(mode.rawValue): "
      + (told.isEmpty ? "nothing ran" : told.joined(separator: ", "))
  }
}
