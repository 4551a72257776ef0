extension AutobahnCase {
  /// 6 UTF-8.
  static let texts: [AutobahnCase] = {
    let word = bytes("cebae1bdb9cf83cebcceb5")
    let edited = Array("edited".utf8)
    let surrogate = word + bytes("eda080") + edited
    let beyond = bytes("f4908080")
    let mixed = Array("Hello-µ@ßöäüàá-UTF-8!!".utf8)
    var cases = [
      good("6.1.1", [[]]), good("6.1.2", [[], [], []]),
      good("6.1.3", [[], Array("middle frame payload".utf8), []]),
      good("6.2.1", [mixed]), good("6.2.2", [Array(mixed[..<12]), Array(mixed[12...])]),
      good("6.2.3", mixed.map { [$0] }), good("6.2.4", word.map { [$0] }),
      bad("6.3.1", [surrogate]), bad("6.3.2", surrogate.map { [$0] }),
      // Told before the message is complete.
      early("6.4.1", [word, beyond]), early("6.4.2", [word + [0xF4], [0x90]]),
      earlyInFrame("6.4.3", word + beyond), earlyInFrame("6.4.4", word + [0xF4, 0x90]),
      good("6.5.1", [word]),
    ]
    for count in 1...word.count {
      let id = "6.6.\(count)"
      let prefix = Array(word.prefix(count))
      let isWhole = [2, 5, 7, 9, 11].contains(count)
      cases.append(isWhole ? good(id, [prefix]) : bad(id, [prefix]))
    }
    for (section, isGood, sequences) in table {
      for (index, digits) in sequences.split(separator: " ").enumerated() {
        let payload = [bytes(String(digits))]
        let id = "6.\(section).\(index + 1)"
        cases.append(isGood ? good(id, payload) : bad(id, payload))
      }
    }
    return cases
  }()

  /// The sequences of Markus Kuhn's test of UTF-8 decoders, by section.
  private static let table: [(Int, Bool, String)] = [
    (7, true, "00 c280 e0a080 f0908080"),
    (8, false, "f888808080 fc8480808080"),
    (9, true, "7f dfbf efbfbf f48fbfbf"),
    (10, false, "f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf"),
    (11, true, "ed9fbf ee8080 efbfbd f48fbfbf"),
    (
      12, false,
      "80 bf 80bf 80bf80 80bf80bf 80bf80bf80 80bf80bf80bf 808182838485868788898a8b8c8d8e8f"
    ),
    (13, false, "c020c120c220c320 e020e120e220 f020f120f220 f820f920fa20 fc20fd20"),
    (14, false, "c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf"),
    (15, false, "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"),
    (16, false, "fe ff fefeffff"),
    (17, false, "c0af e080af f08080af f8808080af fc80808080af"),
    (18, false, "c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf"),
    (19, false, "c080 e08080 f0808080 f880808080 fc8080808080"),
    (20, false, "eda080 edadbf edae80 edafbf edb080 edbe80 edbfbf"),
    (
      21, false,
      "eda080edb080 eda080edbfbf edadbfedb080 edadbfedbfbf edae80edb080 edae80edbfbf edafbfedb080 edafbfedbfbf"
    ),
    (
      22, true,
      "efbfbe efbfbf f09fbfbe f09fbfbf f0afbfbe f0afbfbf f0bfbfbe f0bfbfbf f18fbfbe f18fbfbf f19fbfbe "
        + "f19fbfbf f1afbfbe f1afbfbf f1bfbfbe f1bfbfbf f28fbfbe f28fbfbf f29fbfbe f29fbfbf f2afbfbe "
        + "f2afbfbf f2bfbfbe f2bfbfbf f38fbfbe f38fbfbf f39fbfbe f39fbfbf f3afbfbe f3afbfbf f3bfbfbe "
        + "f3bfbfbf f48fbfbe f48fbfbf"
    ),
    (23, true, "efbfb9 efbfba efbfbb efbfbc efbfbd efbfbe efbfbf"),
  ]

  private static func message(_ parts: [[UInt8]]) -> [[UInt8]] {
    parts.enumerated().map { index, part in
      frame(index == 0 ? 0x1 : 0, part, fin: index == parts.count - 1)
    }
  }

  private static func good(_ id: String, _ parts: [[UInt8]]) -> AutobahnCase {
    let whole = String(decoding: parts.joined(), as: UTF8.self)
    return AutobahnCase(id, message(parts), says: [.text(whole)])
  }

  private static func bad(_ id: String, _ parts: [[UInt8]]) -> AutobahnCase {
    AutobahnCase(id, message(parts), .failed(code: 1007))
  }

  /// A message whose last frame never comes.
  private static func early(_ id: String, _ parts: [[UInt8]]) -> AutobahnCase {
    let frames = parts.enumerated().map { frame($0 == 0 ? 0x1 : 0, $1, fin: false) }
    return AutobahnCase(id, frames, .failed(code: 1007))
  }

  /// A frame whose end never comes.
  private static func earlyInFrame(_ id: String, _ payload: [UInt8]) -> AutobahnCase {
    let whole = frame(0x1, payload + Array("edited".utf8))
    return AutobahnCase(id, [Array(whole.dropLast(6))], .failed(code: 1007))
  }
}
