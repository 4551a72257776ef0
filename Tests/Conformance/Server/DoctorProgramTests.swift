import Foundation
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct DoctorProgramTests {
  private func run(_ arguments: [String]) async throws -> (status: Int32, output: String) {
    let executable: URL = try #require(ServedProgram.executable)
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.environment = ["HOME": "/nonexistent", "MARCHAT_DOCTOR_NO_NETWORK": "1"]
    let pipe = Pipe()
    process.standardOutput = pipe
    let exits = EventQueue<Int32>()
    process.terminationHandler = { exits.add($0.terminationStatus) }
    try process.run()
    let status = await exits.next(timeout: .seconds(30))
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    return (try #require(status), String(decoding: data, as: UTF8.self))
  }

  @Test(.enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  func theProgramPrintsReports() async throws {
    try await DoctorRig.run { rig in
      let json = try await run(["-doctor-json", "-config-dir", rig.directory])
      #expect(json.status == 0)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
      #expect(object["role"] as? String == "server")
      #expect(object["server"] as? String == "dovetail")
      let text = try await run(["-doctor", "-config-dir", rig.directory])
      #expect(text.status == 0 && text.output.hasPrefix("marchat doctor (server)"))
      #expect(!text.output.contains("\u{1B}"))
      try rig.write("junk that is no database, and long enough", to: "marchat.db")
      let broken = try await run(["doctor", "--config-dir", rig.directory])
      #expect(broken.status == 1 && broken.output.contains("[error] db_ping:"))
      #expect(try rig.names() == ["marchat.db"])
    }
  }
}
