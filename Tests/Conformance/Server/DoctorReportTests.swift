import Foundation
import Testing

@testable import Server

@Suite struct DoctorReportTests {
  private func report(_ checks: DoctorCheck...) -> DoctorReport {
    DoctorReport(
      version: ServerVersion(version: "1.2.3", commit: "abc", build: "today"),
      configurationDirectory: "/c", environment: [.init(name: "MARCHAT_PORT", display: "8080")],
      checks: checks, updateSkipReason: "reasons", stdoutIsTTY: false)
  }

  @Test func theTextHasAllSections() {
    let text = report(DoctorCheck("sample", .ok, "all good")).text(isTTY: false)
    #expect(text.hasPrefix("marchat doctor (server)"))
    #expect(text.contains("\n  version: 1.2.3 (build: today, commit: abc)\n  swift: 6."))
    #expect(text.contains("\n  config dir: /c\n\nEnvironment (MARCHAT_"))
    #expect(text.contains("\n  MARCHAT_PORT=8080\n\nChecks:\n  [ok] sample: all good\n"))
    #expect(text.hasSuffix("\nUpdates:\n  [ok] skipped: reasons\n"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func coloursAreOnlyForTerminals() {
    let report = report(DoctorCheck("a", .warn, "b"))
    let coloured = report.text(isTTY: true)
    #expect(coloured.contains("[\u{1B}[33mwarn\u{1B}[0m] a: b"))
    var plain = coloured
    plain.replace(#/\u{1B}\[[0-9]+m/#, with: "")
    #expect(plain == report.text(isTTY: false))
  }

  @Test func whatControlsATerminalIsShownInstead() {
    let text = report(DoctorCheck("a", .ok, "x\u{1B}[2J\ny")).text(isTTY: true)
    #expect(text.contains("a: x\\u{1b}[2J\\u{a}y\n"))
  }

  @Test func theJSONReadsBack() throws {
    let json = report(DoctorCheck("a", .error, "<\"\\\n\u{1}é😀&>")).json
    #expect(json.hasPrefix("{\n  \"role\": \"server\",\n  \"server\": \"dovetail\",\n"))
    #expect(json.hasSuffix("\n}\n") && json.contains("\\u003c") && !json.contains("&"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    let keys = [
      "role", "server", "version", "version_detail", "swift_version", "goos", "goarch",
      "stdout_tty", "config_dir", "environment", "checks", "update",
    ]
    #expect(Set(object.keys) == Set(keys))
    let checks = try #require(object["checks"] as? [[String: String]])
    #expect(checks == [["id": "a", "status": "error", "message": "<\"\\\n\u{1}é😀&>"]])
    let update = try #require(object["update"] as? [String: Any])
    #expect(update["skipped"] as? Bool == true && update["skip_reason"] as? String == "reasons")
  }

  @Test func emptyListsAreStillLists() {
    #expect(report().json.contains("\"checks\": [],"))
  }

  @Test(arguments: [
    (DoctorCheck.Status.ok, 0, 0), (.warn, 0, 1), (.error, 1, 1),
  ])
  func exitCodes(_ status: DoctorCheck.Status, _ usual: Int32, _ strict: Int32) {
    let report = report(DoctorCheck("a", .ok, "b"), DoctorCheck("c", status, "d"))
    #expect(report.exitCode == usual)
    #expect(report.exitCode(isStrict: true) == strict)
  }
}
