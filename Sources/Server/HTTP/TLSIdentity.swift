#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import NIOSSL

/// The server's certificate chain and private key.
struct TLSIdentity: Sendable {
  /// What connections are secured with.
  let context: NIOSSLContext

  /// Loads PEM files.
  ///
  /// - Parameters:
  ///   - certificateFile: the server's certificate and, behind it, its chain.
  ///   - keyFile: the private key of the first certificate.
  /// - Throws: ``ListenerError``, naming the file and the variable it comes from.
  init(certificateFile: String, keyFile: String) throws(ListenerError) {
    try Self.requireReadable(certificateFile, "MARCHAT_TLS_CERT_FILE")
    try Self.requireReadable(keyFile, "MARCHAT_TLS_KEY_FILE")
    let chain: [NIOSSLCertificate]
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
    } catch {
      throw Self.broken(certificateFile, "MARCHAT_TLS_CERT_FILE", "no PEM certificate")
    }
    let key: NIOSSLPrivateKey
    do {
      key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
    } catch {
      throw Self.broken(keyFile, "MARCHAT_TLS_KEY_FILE", "no unencrypted PEM private key")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      throw ListenerError(
        description:
          "the key in \(keyFile) does not belong to the certificate in \(certificateFile); "
          + "set MARCHAT_TLS_KEY_FILE and MARCHAT_TLS_CERT_FILE to a matching pair")
    }
  }

  private static func requireReadable(_ path: String, _ variable: String) throws(ListenerError) {
    guard access(path, F_OK) == 0 else {
      throw ListenerError(description: "\(variable): there is no file \(path)")
    }
    guard access(path, R_OK) == 0 else {
      throw ListenerError(
        description: "\(variable): \(path) cannot be read; give the server's user read permission")
    }
  }

  private static func broken(_ path: String, _ variable: String, _ what: String) -> ListenerError {
    ListenerError(description: "\(variable): \(path) holds \(what)")
  }
}
