import Foundation
import NIOSSL

/// Looks at the certificate and the key.
struct TLSChecks: Sendable {
  /// The paths that are configured.
  let certificate: String?
  let key: String?

  /// Both files if both are set, else one remark.
  func checks(now: Date = Date()) -> [DoctorCheck] {
    switch (certificate, key) {
    case (let certificate?, let key?): return pair(certificate, key, now)
    case (nil, nil): return [DoctorCheck("tls", .ok, "TLS not configured (plain WS)")]
    default:
      return [
        DoctorCheck(
          "tls", .warn,
          "only one of TLS cert/key is set; TLS disabled until both MARCHAT_TLS_CERT_FILE and "
            + "MARCHAT_TLS_KEY_FILE are configured")
      ]
    }
  }

  private func pair(_ certificate: String, _ key: String, _ now: Date) -> [DoctorCheck] {
    let goodKey = keyAccess(key)
    do throws(ListenerError) {
      _ = try TLSIdentity(certificateFile: certificate, keyFile: key)
    } catch  where error.description.hasPrefix("MARCHAT_TLS_CERT_FILE") {
      return [DoctorCheck("tls_cert", .error, error.description), goodKey]
    } catch {
      return [
        validity(certificate, now), DoctorCheck("tls_key", .error, error.description),
      ]
    }
    return [validity(certificate, now), goodKey]
  }

  private func validity(_ path: String, _ now: Date) -> DoctorCheck {
    let chain: [NIOSSLCertificate]
    do { chain = try NIOSSLCertificate.fromPEMFile(path) } catch {
      return DoctorCheck("tls_cert", .error, "TLS cert not readable: \(path) holds no certificate")
    }
    let ends = chain.map { Date(timeIntervalSince1970: TimeInterval($0.notValidAfter)) }
    let starts = chain.map { Date(timeIntervalSince1970: TimeInterval($0.notValidBefore)) }
    let (start, end) = (starts.max() ?? now, ends.min() ?? now)
    if end <= now {
      return DoctorCheck("tls_cert", .error, "TLS cert \(path) expired at \(text(end)); renew it")
    }
    if start > now {
      return DoctorCheck(
        "tls_cert", .error,
        "TLS cert \(path) is valid only from \(text(start)); check this machine's clock")
    }
    if end.timeIntervalSince(now) < 14 * 86_400 {
      return DoctorCheck(
        "tls_cert", .warn, "TLS cert \(path) expires soon, at \(text(end)); renew it")
    }
    return DoctorCheck("tls_cert", .ok, "TLS cert file: \(path), valid until \(text(end))")
  }

  private func keyAccess(_ path: String) -> DoctorCheck {
    guard access(path, R_OK) == 0 else {
      return DoctorCheck(
        "tls_key", .error,
        "TLS key not readable: \(path); name an existing file that the server's user may read")
    }
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IROTH != 0 {
      return DoctorCheck(
        "tls_key", .warn, "TLS key file \(path) can be read by everybody; chmod 600 it")
    }
    return DoctorCheck("tls_key", .ok, "TLS key file: \(path)")
  }

  private func text(_ date: Date) -> String { date.formatted(.iso8601) }
}
