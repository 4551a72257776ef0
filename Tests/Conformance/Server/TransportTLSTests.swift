import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportTLSTests {
    @Test func pagesAreServedOverTLS() async throws {
      let files = try await TestCertificates()
      let identity = try TLSIdentity(
        certificateFile: files.path("a.crt"), keyFile: files.path("a.key"))
      try await TransportRig.run(configure: { $0.tls = identity }) { rig in
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let context = try NIOSSLContext(configuration: configuration)
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
          .connect(host: "127.0.0.1", port: rig.listener.port) { channel in
            channel.eventLoop.makeCompletedFuture {
              try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: context, serverHostname: "localhost"))
              return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                wrappingChannelSynchronously: channel)
            }
          }
        let answer = try await channel.executeThenClose { inbound, outbound in
          try await outbound.write(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
          for try await part in inbound { return String(buffer: part) }
          return ""
        }
        #expect(answer.hasPrefix("HTTP/1.1 404 "))
      }
    }

    private func failure(_ certificate: String, _ key: String) -> String {
      let error = #expect(throws: ListenerError.self) {
        try TLSIdentity(certificateFile: certificate, keyFile: key)
      }
      return error?.description ?? ""
    }

    @Test func whatIsWrongWithTheFilesIsSaid() async throws {
      let files = try await TestCertificates()
      let (certificate, key) = (files.path("a.crt"), files.path("a.key"))
      let junk = files.path("junk")
      try "no PEM".write(toFile: junk, atomically: true, encoding: .utf8)
      #expect(failure("/none", key) == "MARCHAT_TLS_CERT_FILE: there is no file /none")
      #expect(failure(certificate, "/none") == "MARCHAT_TLS_KEY_FILE: there is no file /none")
      #expect(failure(junk, key) == "MARCHAT_TLS_CERT_FILE: \(junk) holds no PEM certificate")
      #expect(failure(certificate, junk).hasPrefix("MARCHAT_TLS_KEY_FILE: \(junk) holds no "))
      #expect(failure(certificate, files.path("b.key")).contains("does not belong to"))
    }
  }
}
