/// Where in the application a call was made; named by errors that say who holds a connection.
public struct CallSite: Sendable {
  /// Module and file, as `#fileID` gives it.
  public let file: StaticString
  /// The line, from 1.
  public let line: UInt

  /// A place in the source.
  @inlinable
  public init(file: StaticString, line: UInt) {
    self.file = file
    self.line = line
  }
}

extension CallSite: CustomStringConvertible {
  /// `Module/File.swift:12`.
  public var description: String { "\(file):\(line)" }
}
