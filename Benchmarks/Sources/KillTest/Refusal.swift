/// What a server says when its database did not take a change.
struct Refusal {
  /// The ``Operation/kind`` that was refused.
  let kind: String
  /// Whether the change is certainly not stored; otherwise the server does not know.
  let isFinal: Bool

  private static let texts = [
    ("Message not sent: could not save", "text", true), ("Message not confirmed", "text", false),
    ("Edit failed: could not save", "edit", true), ("Edit not confirmed", "edit", false),
    ("Delete failed: could not save", "delete", true), ("Delete not confirmed", "delete", false),
    ("Reaction failed: could not save", "reaction", true),
    ("Reaction not confirmed", "reaction", false),
    ("Read receipt failed: could not save", "receipt", true),
  ]

  /// Whether a reply tells what became of a change that was not confirmed, and that is not waited for
  /// since then.
  static func isLate(_ text: String) -> Bool { text.contains(" not saved after all: ") }

  /// Reads a reply of the server; nil if it is something else.
  init?(_ text: String) {
    guard let (_, kind, isFinal) = Self.texts.first(where: { text.hasPrefix($0.0) }) else {
      return nil
    }
    self.kind = kind
    self.isFinal = isFinal
  }
}
