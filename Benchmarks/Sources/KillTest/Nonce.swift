/// Names one message of one run, wherever it turns up.
struct Nonce: Hashable, Sendable, Comparable, CustomStringConvertible {
  let round: Int
  /// The index of the author.
  let author: Int
  /// The author's own count within the round, from 1; each connection of the round begins at a multiple
  /// of ``connectionStride``.
  let sequence: Int

  static let connectionStride = 1_000_000

  /// Whether both went through one connection.
  func isOfConnection(of other: Nonce) -> Bool {
    (round, author, sequence / Self.connectionStride)
      == (other.round, other.author, other.sequence / Self.connectionStride)
  }

  var description: String { "message \(round)/\(author)/\(sequence)" }

  /// The content of the message after its `version`th edit; 0 is the content it was sent with.
  ///
  /// It holds what text has to survive: quotes, a backslash, a percent sign, several planes.
  func content(version: Int) -> String {
    "kt/\(round)/\(author)/\(sequence)/\(version)/ it's \"100 %\" \\ grüße 漢字 🚀"
  }

  /// Reads what `content` wrote; nil for any other text.
  static func read(_ content: String) -> (nonce: Nonce, version: Int)? {
    let parts = content.split(separator: "/", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "kt", let round = Int(parts[1]),
      let author = Int(parts[2]), let sequence = Int(parts[3]), let version = Int(parts[4])
    else { return nil }
    let nonce = Nonce(round: round, author: author, sequence: sequence)
    return nonce.content(version: version) == content ? (nonce, version) : nil
  }

  static func < (left: Nonce, right: Nonce) -> Bool {
    (left.round, left.author, left.sequence) < (right.round, right.author, right.sequence)
  }
}
