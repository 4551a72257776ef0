import DriverAPI
import Foundation
import Testing

@testable import Server

extension TransportSuites {
  @Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct MoveProgramTests {
    private static let count = 60_000

    @Test(arguments: TestBackend.all)
    func aMoveThatWasKilledGoesOnWhereItWas(to target: TestBackend) async throws {
      try await TestDatabase.run(on: target) { new in
        try await ServedProgram.withDirectory { directory in
          let old = TestDatabase(backend: .sqlite, url: "sqlite:\(directory)/marchat.db")
          try await MoveRig.fill(old, messageCount: Self.count)
          let untouched = try Data(contentsOf: URL(fileURLWithPath: directory + "/marchat.db"))
          let variables = ["DOVETAIL_MOVE_TO": new.url]
          let first = try ServedProgram(in: directory, arguments: "move", variables)
          let watching = try await new.open()
          var stored = 0
          while stored < 10_000 {
            try #require(first.isRunning, "it was over before it could be killed: \(first.log)")
            try await Task.sleep(for: .milliseconds(5))
            stored = try await Self.marked(watching)
          }
          #expect(try await first.stop(SIGKILL) != 0)
          stored = try await Self.marked(watching)
          #expect(stored >= 10_000 && stored < Self.count)
          // Half of a chat is served by nobody.
          let server = try ServedProgram(in: directory, ["MARCHAT_DB_PATH": new.url])
          #expect(try await server.exitStatus() == 1)
          #expect(server.log.contains("not all of it is there: run dovetail-server move again"))
          let second = try ServedProgram(in: directory, arguments: "move", variables)
          #expect(try await second.exitStatus() == 0, "\(second.log)")
          #expect(
            second.log.contains("both sides are the same (\(stored) were there from before)"),
            "\(second.log)")
          #expect(second.log.contains("comparing messages: "))
          #expect(second.log.contains("To serve it from there, set MARCHAT_DB_PATH to "))
          if let password = try DatabaseURL(new.url).password {
            #expect(!second.log.contains(password))
          }
          let source = try await old.open()
          #expect(try await MoveRig.messages(source) == MoveRig.messages(watching))
          await source.close()
          #expect(
            try Data(contentsOf: URL(fileURLWithPath: directory + "/marchat.db")) == untouched)
          let again = try ServedProgram(in: directory, arguments: "move", variables)
          #expect(try await again.exitStatus() == 1)
          #expect(again.log.contains("there is a chat in "))
          await watching.close()
          let serving = try ServedProgram(in: directory, ["MARCHAT_DB_PATH": new.url])
          try await serving.ready()
          #expect(try await serving.stop() == 0)
        }
      }
    }

    @Test func aRowThatCannotBeStoredIsNamed() async throws {
      guard let postgres = TestBackend.postgres else { return }
      try await TestDatabase.run(on: postgres) { new in
        try await ServedProgram.withDirectory { directory in
          let old = TestDatabase(backend: .sqlite, url: "sqlite:\(directory)/marchat.db")
          try await MoveRig.fill(old, messageCount: 10)
          let database = try await old.open()
          try await database.exec(
            "UPDATE messages SET content = 'a' || char(0) || 'b' WHERE id = 7")
          await database.close()
          let move = try ServedProgram(
            in: directory, arguments: "move", ["DOVETAIL_MOVE_TO": new.url])
          #expect(try await move.exitStatus() == 1)
          #expect(
            move.log.contains("the column content holds text with a NUL in it"), "\(move.log)")
          #expect(move.log.contains("the row: id 7"))
          let open = try ServedProgram(
            in: directory, arguments: "move --to postgres://me:hush@127.0.0.1:1/chat")
          #expect(try await open.exitStatus() == 1)
          #expect(open.log.contains("can see the password in --to; use DOVETAIL_MOVE_TO"))
          #expect(open.log.contains("cannot open the database to move to"))
          #expect(!open.log.contains("hush"))
          let nowhere = try ServedProgram(in: directory, arguments: "move")
          #expect(try await nowhere.exitStatus() == 2)
          #expect(nowhere.log.contains("--to or DOVETAIL_MOVE_TO"))
        }
      }
    }

    private static func marked(_ database: Database) async throws -> Int {
      guard try await database.tableNames().contains("dovetail_copy") else { return 0 }
      let sum = try await database.queryRow(
        "SELECT SUM(copied_rows) FROM dovetail_copy", as: (Int?).self)
      return (sum ?? nil) ?? 0
    }
  }
}
