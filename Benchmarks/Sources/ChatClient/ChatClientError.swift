/// What a chat client could not do, in words for the person who started it.
public struct ChatClientError: Error, CustomStringConvertible, Sendable {
  /// What happened and, where there is one, the remedy.
  public let description: String

  /// An error with these words.
  public init(_ description: String) { self.description = description }
}
