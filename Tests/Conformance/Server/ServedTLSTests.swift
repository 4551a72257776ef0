import Foundation
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL
import Testing

@testable import Server

extension TransportSuites {
  /// The TLS files of a server that runs.
  @Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct ServedTLSTests {
    /// Connects, and tells which certificate was presented.
    private func connect(
      _ server: ServedProgram
    ) async throws -> (client: TestWebSocketClient, certificate: [UInt8]) {
      let seen = NIOLockedValueBox<[UInt8]>([])
      let client = try await TestWebSocketClient.connect(
        port: server.port,
        securedWith: { chain in
          seen.withLockedValue { $0 = (try? chain.first?.toDERBytes()) ?? [] }
        })
      return (client, seen.withLockedValue { $0 })
    }

    @Test func hangUpPresentsTheNewCertificateAndABrokenOneChangesNothing() async throws {
      let files = try await TestCertificates()
      let (a, b) = (
        try certificate(files.path("a.crt")), try certificate(files.path("b.crt"))
      )
      try await ServedProgram.withDirectory { directory in
        func put(_ certificate: String, _ key: String) throws {
          for (source, end) in [(certificate, "crt"), (key, "key")] {
            try Data(contentsOf: URL(fileURLWithPath: files.path(source)))
              .write(to: URL(fileURLWithPath: directory + "/server." + end), options: .atomic)
          }
        }
        try put("a.crt", "a.key")
        let server = try ServedProgram(
          in: directory,
          [
            "MARCHAT_TLS_CERT_FILE": directory + "/server.crt",
            "MARCHAT_TLS_KEY_FILE": directory + "/server.key",
          ])
        try await server.ready()
        let old = try await connect(server)
        #expect(old.certificate == a)
        try await old.client.send(text: #"{"username":"alice"}"#)
        try put("b.crt", "b.key")
        server.send(SIGHUP)
        try await server.waitForLog(" reloaded")
        let new = try await connect(server)
        #expect(new.certificate == b, "new connections get the new certificate")
        // Half a renewal: the certificate is there already and its key is not.
        try put("a.crt", "b.key")
        server.send(SIGHUP)
        try await server.waitForLog("does not belong to the certificate")
        #expect(try await connect(server).certificate == b)
        try "no PEM".write(toFile: directory + "/server.crt", atomically: true, encoding: .utf8)
        server.send(SIGHUP)
        try await server.waitForLog("holds no PEM certificate")
        #expect(server.log.components(separatedBy: "not reloaded").count == 3)
        #expect(try await connect(server).certificate == b, "what was there stays")
        // Who was connected all the time never noticed.
        try await old.client.send(text: #"{"content":"still here"}"#)
        try await old.client.content("still here")
        #expect(try await server.stop() == 0)
      }
    }

    private func certificate(_ path: String) throws -> [UInt8] {
      try #require(try NIOSSLCertificate.fromPEMFile(path).first).toDERBytes()
    }
  }
}
