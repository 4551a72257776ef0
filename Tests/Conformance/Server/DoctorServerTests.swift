import DriverAPI
import Foundation
import Testing

@testable import Server

/// The doctor before real database servers.
@Suite(.timeLimit(.minutes(2))) struct DoctorServerTests {
  private static let ids = [
    "db_ping", "db_version", "db_tls", "db_pool", "db_encoding", "db_time_zone", "db_sql_mode",
    "db_durability", "db_schema", "db_write",
  ]

  private func report(_ backend: TestBackend, _ url: String) async throws -> DoctorReport {
    var report: DoctorReport?
    try await DoctorRig.run { rig in
      report = try await rig.report(["MARCHAT_DB_PATH": url], driver: backend.driver)
    }
    return try #require(report)
  }

  /// The URL with a part replaced; the part must be there.
  private func replaced(_ url: String, _ part: Regex<Substring>, _ new: String) throws -> String {
    let range = try #require(url.firstMatch(of: part)?.range, "\(url) has no such part")
    return url.replacingCharacters(in: range, with: new)
  }

  @Test(arguments: TestBackend.servers)
  func aHealthyServerIsFineAndUnchanged(_ backend: TestBackend) async throws {
    try await TestDatabase.run(on: backend) { place in
      let database = try await place.open()
      #expect(try await report(backend, place.url).check("db_schema").message.contains("empty"))
      #expect(try await database.tableNames() == [])
      try await ChatSchema.migrate(database, .silent)
      let report = try await report(backend, place.url)
      let expected = Self.ids.filter { $0 != "db_sql_mode" || backend.name != "postgres" }
      #expect(report.checks.map(\.id).filter(Self.ids.contains) == expected)
      #expect(report.checks.filter { $0.id.hasPrefix("db_") && $0.status != .ok } == [])
      #expect(report.exitCode == 0)
      #expect(try report.check("db_pool").message.contains("of which"))
      #expect(try report.check("db_time_zone").message.contains("session"))
      #expect(
        try await database.queryRow("SELECT COUNT(*) FROM user_channels", as: (Int).self) == 0)
      await database.close()
    }
  }

  @Test(arguments: TestBackend.servers)
  func whatIsWrongIsToldApartWithinSeconds(_ backend: TestBackend) async throws {
    let url = try #require(backend.serverURL)
    let host = try replaced(url, /127\.0\.0\.1|localhost/, "no-such-host.invalid")
    let port = try replaced(url, /:\d+\//, ":1/")
    let password = try replaced(url, /:[^:@\/]+@/, ":wrong@")
    let database = TestDatabase.renamed(url, to: "no_such_database")
    let findings = [
      (host, "knows no server named no-such-host.invalid"), (port, "nobody answers there"),
      (password, "refuses the user"), (database, "create no_such_database"),
    ]
    for (url, finding) in findings {
      let start = ContinuousClock.now
      let report = try await report(backend, url)
      #expect(ContinuousClock.now - start < .seconds(12))
      let ping = try report.check("db_ping")
      #expect(ping.status == .error && ping.message.contains(finding), "\(ping.message)")
      #expect(!report.json.contains("wrong") && report.exitCode == 1)
    }
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["DOVETAIL_OTHER_CA"] != nil,
      "DOVETAIL_OTHER_CA names no certificate"),
    arguments: TestBackend.servers)
  func aCertificateThatNobodyVouchesForIsToldApart(_ backend: TestBackend) async throws {
    let environment = ProcessInfo.processInfo.environment
    let name = backend.name == "postgres" ? "DOVETAIL_POSTGRES_TLS_URL" : "DOVETAIL_MYSQL_TLS_URL"
    let url = try #require(environment[name])
    let tls = try await report(backend, url).check("db_tls")
    #expect(tls.status == .ok && tls.message.contains("TLSv1"))
    let other = try #require(environment["DOVETAIL_OTHER_CA"])
    let option = backend.name == "postgres" ? "sslrootcert=" : "ssl-ca="
    let untrusted = try replaced(url, /(?:sslrootcert|ssl-ca)=[^&]+/, option + other)
    let ping = try await report(backend, untrusted).check("db_ping")
    #expect(ping.status == .error, "\(ping.message)")
    #expect(ping.message.contains("certificate"), "\(ping.message)")
    #expect(ping.message.contains("encrypted channel is not as demanded"), "\(ping.message)")
  }
}
