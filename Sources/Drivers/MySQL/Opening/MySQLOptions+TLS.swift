import DriverAPI

extension MySQLOptions {
  /// How much the options insist on TLS: `ssl-mode`, Go's `tls`, or the switches `ssl` and
  /// `ssl-verify-server-cert`.
  ///
  /// - Throws: `misuse` if several of them are given, or a word is not known.
  static func tlsMode(
    _ options: inout DatabaseURL.Options, hasAuthority: Bool
  ) throws(DatabaseError) -> MySQLTLSMode {
    let named = try options.take("ssl-mode", oneOf: modeWords.map(\.word))
    let go = try options.take("tls", oneOf: goWords.map(\.word))
    let encrypts = try options.flag("ssl")
    let verifies = try options.flag("ssl-verify-server-cert")
    let isSwitched = encrypts != nil || verifies != nil
    if named != nil, go != nil { throw .misuse("'tls' and 'ssl-mode' say the same; keep one") }
    if isSwitched, let other = named.map({ _ in "ssl-mode" }) ?? go.map({ _ in "tls" }) {
      throw .misuse(
        "'\(other)' and 'ssl' or 'ssl-verify-server-cert' say the same; keep '\(other)'")
    }
    if let named { return mode(named, modeWords) }
    if let go { return mode(go, goWords) }
    if encrypts == false, verifies == true {
      throw .misuse("'ssl' is off and 'ssl-verify-server-cert' on; keep the one you mean")
    }
    if encrypts == false { return .disabled }
    if verifies == true { return .verifyIdentity }
    if hasAuthority { return .verifyCA }
    return encrypts == true ? .required : .preferred
  }

  private static func mode(
    _ word: String, _ words: [(word: String, mode: MySQLTLSMode)]
  ) -> MySQLTLSMode {
    words.first { $0.word == word }?.mode ?? .verifyIdentity
  }

  /// MySQL's words, then those that MariaDB's Java driver and PostgreSQL's library have.
  private static let modeWords: [(word: String, mode: MySQLTLSMode)] =
    MySQLTLSMode.allCases.map { ($0.rawValue, $0) } + [
      ("disable", .disabled), ("prefer", .preferred), ("require", .required),
      ("trust", .required), ("verify-ca", .verifyCA), ("verify-full", .verifyIdentity),
    ]

  private static let goWords: [(word: String, mode: MySQLTLSMode)] = [
    ("true", .verifyIdentity), ("false", .disabled), ("skip-verify", .required),
    ("preferred", .preferred),
  ]
}
