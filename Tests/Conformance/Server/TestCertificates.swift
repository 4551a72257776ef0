import Foundation
import Testing

/// A directory with two certificates and their keys, made by `openssl`.
struct TestCertificates: ~Copyable {
  let directory = NSTemporaryDirectory() + "dovetail-tls-\(UUID().uuidString)"

  init() async throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    for name in ["a", "b"] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [
        "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
        "/CN=localhost", "-keyout", path(name + ".key"), "-out", path(name + ".crt"),
      ]
      process.standardError = FileHandle.nullDevice
      let exits = EventQueue<Int32>()
      process.terminationHandler = { exits.add($0.terminationStatus) }
      try process.run()
      let status = await exits.next(timeout: .seconds(30))
      try #require(status == 0, "openssl must be installed")
    }
  }

  func path(_ name: String) -> String { directory + "/" + name }

  deinit {
    do { try FileManager.default.removeItem(atPath: directory) } catch {
      Issue.record("\(error)")
    }
  }
}
