// Bytes rather than characters: a combining accent after a '?' must not hide it.
extension Substring {
  /// What stands before and after the first such byte, or nil without one.
  func parted(atFirst byte: Unicode.Scalar) -> (Substring, Substring)? {
    utf8.firstIndex(of: UInt8(ascii: byte)).map { parted(at: $0) }
  }

  /// What stands before and after the last such byte, or nil without one.
  func parted(atLast byte: Unicode.Scalar) -> (Substring, Substring)? {
    utf8.lastIndex(of: UInt8(ascii: byte)).map { parted(at: $0) }
  }

  private func parted(at index: Index) -> (Substring, Substring) {
    (self[..<index], self[utf8.index(after: index)...])
  }

  /// The pieces between the bytes given, empty ones too.
  func pieces(between byte: Unicode.Scalar) -> [Substring] {
    var pieces: [Substring] = []
    var rest = self
    while let (piece, next) = rest.parted(atFirst: byte) {
      pieces.append(piece)
      rest = next
    }
    return pieces + [rest]
  }

  /// What stands before the first `/` or `?`.
  var authority: Substring {
    Substring(utf8.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") })
  }

  /// Whether the bytes of `prefix`, in ASCII, stand at the start.
  func begins(with prefix: StaticString) -> Bool {
    prefix.withUTF8Buffer { utf8.starts(with: $0) }
  }

  /// The text without its first bytes, which must be ASCII.
  func skipping(_ count: Int) -> Substring {
    self[utf8.index(startIndex, offsetBy: count)...]
  }

  /// The text without white space at either end.
  func trimmed() -> Substring {
    let start = utf8.firstIndex { !DatabaseURL.isSpace($0) } ?? endIndex
    let end = utf8.lastIndex { !DatabaseURL.isSpace($0) }.map(utf8.index(after:)) ?? start
    return self[start..<end]
  }
}

extension DatabaseURL {
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == 32 || (9...13).contains(byte)
  }
}
