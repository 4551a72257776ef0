import DriverAPI
import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DoctorConnectionTests {
  /// Takes any server's URL and never comes back from connecting, cancelled or not.
  private struct HangingDriver: Driver {
    var schemes: [String] { ["hang"] }

    func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan { ConnectionPlan() }

    func connect(
      to url: DatabaseURL, as role: ConnectionRole
    ) async throws(DatabaseError) -> any DriverConnection {
      await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
      throw .unsupported("never reached")
    }
  }

  /// Refuses every connection, as a server with another password would.
  private struct RefusingDriver: Driver {
    var schemes: [String] { ["refuse"] }

    func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan { ConnectionPlan() }

    func connect(
      to url: DatabaseURL, as role: ConnectionRole
    ) async throws(DatabaseError) -> any DriverConnection {
      throw DatabaseError(
        .authenticationFailed, "the password is wrong", details: .init(host: "h:1"))
    }
  }

  @Test func aServerThatHangsDoesNotHangTheReport() async throws {
    try await DoctorRig.run { rig in
      let start = ContinuousClock.now
      let report = try await rig.report(
        ["MARCHAT_DB_PATH": "hang://u:hunter2@h/d"], driver: HangingDriver())
      #expect(ContinuousClock.now - start < .seconds(10))
      #expect(try report.check("db_ping").status == .error)
      #expect(report.exitCode == 1)
    }
  }

  @Test func workThatBlocksItsThreadIsGivenUp() async {
    let answer = await TimeBox.run(within: .milliseconds(100)) {
      Self.block()
      return 1
    }
    #expect(answer == nil)
    let quick = await TimeBox.run(within: .seconds(30)) { 2 }
    #expect(quick == 2)
  }

  private static func block() { Thread.sleep(forTimeInterval: 2) }

  @Test func whyTheServerRefusedIsToldWithoutThePassword() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(
        ["MARCHAT_DB_PATH": "refuse://u:hunter2@h/d?password=hunter2"], driver: RefusingDriver())
      let ping = try report.check("db_ping")
      #expect(ping.message.hasPrefix("open refuse: authenticationFailed: the password is wrong"))
      #expect(try report.check("db_path").message.contains("refuse://u:***@h/d"))
      #expect(!report.json.contains("hunter2"))
    }
  }

  @Test(arguments: [
    "postgres://u:hunter2@h/d", "mysql:u:hunt@er2@tcp(h:1)/d", "host=h password=hunter2",
    "postgres://u:hunter2@h:99999/d", "oracle://u:hunter2@h/d", "u:hunter2@tcp(h)/d",
    "mysql:not-a-dsn", "chat.db?unknown=1", "chat.db?mode=hunter2x", "  ",
  ])
  func whatCannotBeOpenedIsAnErrorWithoutSecrets(_ text: String) async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(["MARCHAT_DB_PATH": text])
      let errors = report.checks.filter { $0.status == .error }
      #expect(errors.count == 1)
      #expect(["db_dialect", "db_connection_string"].contains(errors.first?.id))
      #expect(!report.checks.contains { $0.id == "db_ping" })
      #expect(!report.json.contains("hunter2@") && !report.json.contains("=hunter2\""))
      #expect(!report.json.contains("er2@tcp"))
      #expect(try rig.names() == [])
    }
  }

  @Test func anUnknownSchemeListsTheKnownOnes() async throws {
    try await DoctorRig.run { rig in
      let check = try await rig.report(["MARCHAT_DB_PATH": "oracle://h/d"]).check("db_dialect")
      #expect(check.message.contains("\"oracle\"") && check.message.contains("sqlite"))
    }
  }

  @Test func aPortInUseIsAWarning() async throws {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = try #require(channel.localAddress?.port)
    let used = PortCheck(host: "127.0.0.1", port: port).check()
    #expect(used.status == .warn && used.message.contains("already in use"))
    #expect(PortCheck(host: nil, port: port).check().status == .warn)
    try await channel.close().get()
    #expect(PortCheck(host: "127.0.0.1", port: port).check().status == .ok)
  }

  @Test func anAddressOfAnotherMachineIsAnError() {
    let check = PortCheck(host: "192.0.2.1", port: 20_001).check()
    #expect(check.status == .error && check.message.contains("DOVETAIL_BIND"))
  }
}
