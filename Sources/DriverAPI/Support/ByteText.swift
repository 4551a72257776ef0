/// A text that equals another only if its bytes do.
///
/// `String` takes texts for equal that Unicode does: `é` in one scalar and `e` with an accent behind
/// it. To a database these are two values, two names and two statements.
package struct ByteText: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ByteText, right: ByteText) -> Bool {
    left.text.hasSameBytes(as: right.text)
  }

  package func hash(into hasher: inout Hasher) {
    text.utf8.span.withUnsafeBufferPointer { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension StringProtocol {
  /// The text with `mark` in front of each of `bytes`, all in ASCII, whatever accents follow them.
  package func marking(_ bytes: [UInt8], with mark: UInt8) -> String {
    var marked: [UInt8] = []
    for byte in utf8 { marked += bytes.contains(byte) ? [mark, byte] : [byte] }
    return String(decoding: marked, as: UTF8.self)
  }

  /// The text with each such byte, in ASCII, twice: as quotes stand within quotes.
  package func doubling(_ byte: UInt8) -> String { marking([byte], with: byte) }

  /// What stands between bytes of ASCII; empty pieces too, unless they are left out.
  package func pieces(
    omittingEmpty: Bool = false, between isSeparator: (UInt8) -> Bool
  ) -> [String] {
    utf8.split(omittingEmptySubsequences: omittingEmpty, whereSeparator: isSeparator)
      .map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Collection where Element == String {
  /// Whether a text of these very bytes is among them.
  package func containsBytes(of text: String) -> Bool {
    contains { $0.hasSameBytes(as: text) }
  }

  /// Where a text of these very bytes stands first.
  package func firstIndex(ofBytes text: String) -> Index? {
    firstIndex { $0.hasSameBytes(as: text) }
  }
}

extension String {
  /// Whether both texts consist of the same bytes.
  package func hasSameBytes(as other: String) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }
}
