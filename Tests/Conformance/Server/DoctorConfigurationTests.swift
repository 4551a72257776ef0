import Foundation
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DoctorConfigurationTests {
  @Test func theOrderOfTheChecks() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report()
      #expect(
        report.checks.map(\.id) == [
          "config_dir", "dotenv", "config_load", "config_validate", "variables", "admins",
          "retention", "db_path", "db_dialect", "db_connection_string", "db_parent_writable",
          "dm_history", "tls", "port", "db_ping", "update",
        ])
      #expect(try report.check("config_dir").message.hasSuffix(rig.directory))
    }
  }

  @Test func aMissingDirectoryIsNotLeftBehind() async throws {
    try await DoctorRig.run { rig in
      let report = try await rig.report(["MARCHAT_CONFIG_DIR": rig.path("new/deep")])
      #expect(try report.check("config_dir").message.contains("created at first start"))
      #expect(try report.check("db_ping").status == .ok)
      #expect(try rig.names() == [])
    }
  }

  @Test func aDirectoryUnderAFileIsAnError() async throws {
    try await DoctorRig.run { rig in
      try rig.write("x", to: "file")
      let report = try await rig.report(["MARCHAT_CONFIG_DIR": rig.path("file/config")])
      #expect(try report.check("config_dir").status == .error)
      #expect(try report.check("config_load").message.contains("MARCHAT_CONFIG_DIR"))
      #expect(!report.checks.contains { $0.id == "db_path" })
      #expect(report.exitCode == 1)
    }
  }

  @Test func valuesOfTheFileAreListed() async throws {
    try await DoctorRig.run { rig in
      try rig.write("MARCHAT_ADMIN_KEY=hello-world\nMARCHAT_USERS=alice,bob\nMARCHAT_ZZ=1\n")
      let report = try await rig.report(["MARCHAT_CLIENT_HOOK_DEBUG": "1"])
      let shown = Dictionary(uniqueKeysWithValues: report.environment.map { ($0.name, $0.display) })
      #expect(shown["MARCHAT_ADMIN_KEY"] == "(set, len=11)")
      #expect(shown["MARCHAT_USERS"] == "alice,bob")
      #expect(shown["MARCHAT_DB_PATH"] == "(not set)")
      #expect(shown["MARCHAT_CLIENT_HOOK_DEBUG"] == nil)
      #expect(report.environment.map(\.name).prefix(3).last == "MARCHAT_ADMIN_KEY")
      #expect(report.environment.last?.name == "MARCHAT_ZZ")
      #expect(try report.check("variables").status == .warn)
      #expect(try report.check("admins").message.hasSuffix("alice, bob"))
      #expect(try report.check("dotenv").message.contains("3 variables"))
      #expect(!report.json.contains("hello-world"))
      #expect(!report.text(isTTY: false).contains("hello-world"))
    }
  }

  @Test func aFileThatCannotBeParsedEndsTheMatter() async throws {
    try await DoctorRig.run { rig in
      try rig.write("no assignment")
      let report = try await rig.report()
      #expect(try report.check("dotenv").message.contains("line 1"))
      #expect(try report.check("config_load").status == .error)
      #expect(report.checks.last?.id == "update")
      #expect(!report.checks.contains { $0.id == "db_ping" })
    }
  }

  @Test func aDirectoryInPlaceOfTheFile() async throws {
    try await DoctorRig.run { rig in
      try FileManager.default.createDirectory(
        atPath: rig.path(".env"), withIntermediateDirectories: false)
      let check = try await rig.report().check("dotenv")
      #expect(check.status == .error && check.message.hasPrefix(".env path is a directory"))
    }
  }

  @Test func anAdminWhoCouldNeverLogIn() async throws {
    try await DoctorRig.run { rig in
      let key = ["MARCHAT_ADMIN_KEY": "k"]
      let bad = try await rig.report(key.merging(["MARCHAT_USERS": "a b"]) { $1 })
      #expect(try bad.check("config_load").status == .ok)
      #expect(try bad.check("config_validate").message.contains("could never log in"))
      #expect(try bad.check("db_ping").status == .ok, "the rest is looked at all the same")
      #expect(bad.exitCode == 1)
      let shutOut = try await rig.report(
        key.merging(["MARCHAT_USERS": "Al,bo", "MARCHAT_ALLOWED_USERS": "bo"]) { $1 })
      #expect(try shutOut.check("admins").status == .warn)
      #expect(try shutOut.check("admins").message.hasSuffix(": al"))
    }
  }

  @Test func retentionIsTold() async throws {
    try await DoctorRig.run { rig in
      let check = try await rig.report([
        "MARCHAT_MESSAGE_RETENTION_MAX": "7", "MARCHAT_MESSAGE_TTL_HOURS": "24",
      ]).check("retention")
      #expect(check.message == "the newest 7 messages are kept, for 24 h at most")
      let negative = try await rig.report(["MARCHAT_MESSAGE_TTL_HOURS": "-1"])
      #expect(try negative.check("retention").status == .warn)
    }
  }

  @Test func theNetworkIsNeverAsked() async throws {
    try await DoctorRig.run { rig in
      #expect(try await rig.report().check("update").message.hasPrefix("skipped: this server"))
      let told = try await rig.report(["MARCHAT_DOCTOR_NO_NETWORK": " Yes "])
      #expect(told.updateSkipReason == "MARCHAT_DOCTOR_NO_NETWORK is set")
    }
  }
}
