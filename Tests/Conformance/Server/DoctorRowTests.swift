import DriverAPI
import Foundation
import Testing

@testable import Server

/// The doctor before rows that the server cannot read.
@Suite struct DoctorRowTests {
  private func report(_ backend: TestBackend, _ url: String) async throws -> DoctorReport {
    var report: DoctorReport?
    try await DoctorRig.run { rig in
      report = try await rig.report(["MARCHAT_DB_PATH": url], driver: backend.driver)
    }
    return try #require(report)
  }

  /// A time that is none, as the engine lets other programs write it.
  private static func brokenTime(_ backend: TestBackend) -> String {
    switch backend.name {
    case "postgres": "'infinity'"
    case "sqlite": "'long ago'"
    default: "'0000-00-00 00:00:00'"
    }
  }

  @Test(arguments: TestBackend.all)
  func rowsThatCannotBeReadAreNamedAndTheRemedyHelps(_ backend: TestBackend) async throws {
    let ignore = backend.name == "mysql" ? " IGNORE" : ""
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...9 { alice.say("\(number)") }
      try await alice.text("9")
      #expect(
        try await report(backend, rig.place.url).check("db_rows").message.contains(
          "all can be read"))
      let broken = SQL(raw: Self.brokenTime(backend))
      try await rig.database.exec("DELETE FROM user_channels")
      try await rig.database.exec(
        "UPDATE\(raw: ignore) messages SET created_at = \(broken) WHERE id > 2")
      try await rig.ban("o'brien", since: .now)
      try await rig.database.exec(
        "UPDATE\(raw: ignore) ban_history SET expires_at = \(broken) WHERE username = 'o''brien'")
      var check = try await report(backend, rig.place.url).check("db_rows")
      #expect(check.status == .warn)
      #expect(check.message.contains("8 cannot be read"), "\(check.message)")
      #expect(check.message.contains("messages id 9, created_at ("), "\(check.message)")
      #expect(check.message.contains("; 3 more; "), "\(check.message)")
      // Whoever does as he is told has one row less to do each time.
      for count in stride(from: 8, through: 1, by: -1) {
        #expect(check.message.contains("\(count) cannot be read"), "\(check.message)")
        let parts = check.message.components(separatedBy: "the first with: ")
        try await rig.database.exec(SQL(raw: try #require(parts.last)))
        check = try await report(backend, rig.place.url).check("db_rows")
      }
      #expect(check.status == .ok, "\(check.message)")
      #expect(try await rig.count("SELECT COUNT(*) FROM messages") == 9)
      alice.disconnect()
      #expect(try await rig.enter("alice").texts.count == 9)
    }
  }

  @Test(arguments: TestBackend.all)
  func aBanWhoseEndCannotBeReadIsABanAndDoesNotStopTheStart(_ backend: TestBackend) async throws {
    let ignore = backend.name == "mysql" ? " IGNORE" : ""
    try await ChatRig.run(backend) { rig in
      try await rig.ban("bob", since: .now)
      try await rig.database.exec(
        SQL(raw: "UPDATE\(ignore) ban_history SET expires_at = \(Self.brokenTime(backend))"))
      try await rig.restart()
      let bob = rig.connect()
      bob.shakeHands("bob")
      #expect(bob.socket.close?.reason.contains("banned") == true)
    }
  }

  @Test(arguments: TestBackend.all)
  func aTimeThatIsNoneDoesNotStopTheRetention(_ backend: TestBackend) async throws {
    let ignore = backend.name == "mysql" ? " IGNORE" : ""
    try await ChatRig.run(backend) { rig in
      let alice = try await rig.enter("alice")
      for number in 1...5 { alice.say("\(number)") }
      try await alice.text("5")
      try await rig.database.exec(
        SQL(
          raw: "UPDATE\(ignore) messages SET created_at = \(Self.brokenTime(backend)) WHERE id < 3")
      )
      let sweep = RetentionSweep(
        database: rig.database, maxMessageCount: 1000, timeToLive: .seconds(60))
      let later = WireTime(microseconds: WireTime.now.microseconds + 3_600_000_000)
      #expect(try await sweep.run(at: later) == 3)
      let last = RetentionSweep(database: rig.database, maxMessageCount: 1, timeToLive: nil)
      #expect(try await last.run(at: .now) == 1)
    }
  }

  @Test func theRemedyForATextKeyIsAStatement() {
    let table = ReadTable.all.first { $0.name == "read_receipts" }
    let flaw = table.map {
      RowFlaw(
        table: $0, key: [.text("o'brien\n"), .int(7)], column: $0.columns[0], reason: "why")
    }
    #expect(
      flaw?.description == #"read_receipts username o'brien\u{a}, message_id 7, read_at (why)"#)
    #expect(flaw?.remedy.hasSuffix("WHERE username = 'o''brien\n' AND message_id = 7") == true)
  }
}
