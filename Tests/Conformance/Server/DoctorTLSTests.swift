import Foundation
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DoctorTLSTests {
  /// Makes `name.crt` and `name.key` with `openssl`.
  private func makePair(_ name: String, in rig: DoctorRig, days: Int) async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "\(days)", "-subj",
      "/CN=localhost", "-keyout", rig.path(name + ".key"), "-out", rig.path(name + ".crt"),
    ]
    process.standardError = FileHandle.nullDevice
    let exits = EventQueue<Int32>()
    process.terminationHandler = { exits.add($0.terminationStatus) }
    try process.run()
    let status = await exits.next(timeout: .seconds(30))
    try #require(status == 0, "openssl must be installed")
  }

  private func statuses(
    _ certificate: String?, _ key: String?, now: Date = Date()
  ) -> [String: DoctorCheck.Status] {
    let checks = TLSChecks(certificate: certificate, key: key).checks(now: now)
    return Dictionary(uniqueKeysWithValues: checks.map { ($0.id, $0.status) })
  }

  @Test func filesAndTheirTimes() async throws {
    try await DoctorRig.run { rig in
      try await makePair("a", in: rig, days: 100)
      try await makePair("b", in: rig, days: 100)
      let (certificate, key) = (rig.path("a.crt"), rig.path("a.key"))
      let days = { (count: Double) in Date(timeIntervalSinceNow: count * 86_400) }
      #expect(statuses(certificate, key) == ["tls_cert": .ok, "tls_key": .ok])
      #expect(statuses(certificate, key, now: days(90))["tls_cert"] == .warn)
      #expect(statuses(certificate, key, now: days(101))["tls_cert"] == .error)
      #expect(statuses(certificate, key, now: days(-1))["tls_cert"] == .error)
      #expect(statuses(certificate, rig.path("b.key")) == ["tls_cert": .ok, "tls_key": .error])
      #expect(statuses("/none", key) == ["tls_cert": .error, "tls_key": .ok])
      #expect(statuses(certificate, "/none") == ["tls_cert": .ok, "tls_key": .error])
      #expect(statuses(key, certificate)["tls_cert"] == .error)
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
      #expect(statuses(certificate, key)["tls_key"] == .warn)
    }
  }

  @Test func oneOfTwoIsAWarning() {
    #expect(statuses("/c", nil) == ["tls": .warn])
    #expect(statuses(nil, "/k") == ["tls": .warn])
    #expect(statuses(nil, nil) == ["tls": .ok])
  }
}
