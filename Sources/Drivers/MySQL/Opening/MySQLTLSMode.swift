/// How much a connection insists on TLS, in MySQL's own words.
enum MySQLTLSMode: String, CaseIterable, Sendable {
  /// Never.
  case disabled
  /// If the server offers it; nothing is verified. On a Unix socket: never.
  case preferred
  /// Always; nothing is verified.
  case required
  /// Always, with a certificate that the given authority signed.
  case verifyCA = "verify_ca"
  /// Always, with a certificate that is trusted and names the host.
  case verifyIdentity = "verify_identity"

  /// Whether a connection without TLS is refused.
  var isDemanded: Bool { self != .disabled && self != .preferred }
}
