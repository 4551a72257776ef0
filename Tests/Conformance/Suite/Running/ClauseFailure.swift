/// A promise that was not kept.
public struct ClauseFailure: Error, Sendable, CustomStringConvertible {
  /// What was expected and what happened.
  public let message: String
  /// The check's file, as `#fileID` gives it.
  public let file: String
  /// The check's line.
  public let line: UInt

  /// A failure at a place in a check.
  public init(_ message: String, file: StaticString = #fileID, line: UInt = #line) {
    self.message = message
    self.file = "\(file)"
    self.line = line
  }

  /// The message and the place.
  public var description: String { "\(message) (\(file):\(line))" }
}
