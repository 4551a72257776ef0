import DriverAPI
import Foundation
import Testing

@testable import Server

extension TransportSuites {
  /// Servers on one database as processes of their own, which are killed and stopped.
  @Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct ServedClusterTests {
    private static func serve(
      _ name: String, _ place: TestDatabase, in directory: String
    ) async throws -> ServedProgram {
      let server = try ServedProgram(
        in: directory,
        [
          "MARCHAT_DB_PATH": place.url, "DOVETAIL_SHARED_DATABASE": "on",
          "DOVETAIL_SERVER_NAME": name,
        ])
      try await server.ready()
      return server
    }

    private static func begin(
      _ name: String, at server: ServedProgram
    ) async throws -> TestWebSocketClient {
      let client = try await TestWebSocketClient.connect(port: server.port)
      try await client.send(text: #"{"username":"\#(name)"}"#)
      return client
    }

    private static func enter(
      _ name: String, at server: ServedProgram, within limit: Duration = .seconds(30)
    ) async throws -> TestWebSocketClient {
      let client = try await begin(name, at: server)
      try await client.isIn(within: limit)
      return client
    }

    /// Runs `body` with two servers on a database of their own.
    private static func withTwo(
      on backend: TestBackend,
      _ body: (ServedProgram, ServedProgram, Database) async throws -> Void
    ) async throws {
      try await TestDatabase.run(on: backend) { place in
        try await ServedProgram.withDirectory { directory in
          let first = try await serve("first", place, in: directory)
          let second = try await serve("second", place, in: directory)
          let database = try await place.open()
          let outcome: Result<Void, any Error>
          do {
            outcome = .success(try await body(first, second, database))
          } catch { outcome = .failure(error) }
          await database.close()
          for server in [first, second] where server.isRunning {
            server.send(SIGCONT)
            try await server.stop()
          }
          try outcome.get()
        }
      }
    }

    @Test(arguments: TestBackend.servers)
    func aServerThatWasStoppedBeyondItsLeaseHasItsClientsComeAgain(
      _ backend: TestBackend
    ) async throws {
      try await Self.withTwo(on: backend) { first, second, database in
        let old = try await Self.enter("alice", at: first)
        let zoe = try await Self.enter("zoe", at: second)
        first.send(SIGSTOP)
        let start = ContinuousClock.now
        try await old.send(text: #"{"type":"text","content":"to nobody"}"#)
        let new = try await Self.enter("alice", at: second)
        let time = ContinuousClock.now - start
        print("cluster: the names of a stopped server are free after \(time) on \(backend.name)")
        #expect(time > .seconds(6) && time < .seconds(15), "\(time)")
        try await new.send(text: #"{"type":"text","content":"from the new one"}"#)
        try await zoe.content("from the new one")
        first.send(SIGCONT)
        while true {
          let event = try await old.nextEvent(timeout: .seconds(10))
          if case .close(let code, _) = event {
            #expect(code == 1012)
            break
          }
          if case .eof = event { Issue.record("without a word") }
          #expect(event != .eof)
        }
        try await first.waitForLog("joined the others again")
        // It answers when it is asked whether it is there.
        let answering = Task { while true { _ = try await new.nextText(timeout: .seconds(60)) } }
        defer { answering.cancel() }
        let refused = try await Self.begin("alice", at: first)
        let end = try await refused.nextEvent(timeout: .seconds(20))
        #expect(
          end
            == .close(
              code: 1008, reason: "Username already taken - please choose a different username"))
        let bob = try await Self.enter("bob", at: first)
        try await zoe.userList(["alice", "bob", "zoe"])
        let stored = try await database.query(
          "SELECT content FROM messages ORDER BY id", as: (String).self
        ).collect()
        #expect(stored == ["from the new one"])
        for client in [new, zoe, bob] { try await client.disconnect() }
      }
    }

    @Test(arguments: TestBackend.servers)
    func theNamesOfAServerThatWasKilledAreFree(_ backend: TestBackend) async throws {
      try await Self.withTwo(on: backend) { first, second, database in
        _ = try await Self.enter("alice", at: first)
        let zoe = try await Self.enter("zoe", at: second)
        try await first.stop(SIGKILL)
        let start = ContinuousClock.now
        _ = try await Self.enter("alice", at: second)
        let time = ContinuousClock.now - start
        print("cluster: the names of a killed server are free after \(time) on \(backend.name)")
        #expect(time < .seconds(15), "\(time)")
        try await zoe.userList(["alice", "zoe"])
        // One that stops in order has freed them when it tells its clients.
        let bob = try await Self.enter("bob", at: second)
        second.send(SIGTERM)
        var isTold = false
        while !isTold {
          if case .close(let code, _) = try await bob.nextEvent(timeout: .seconds(20)) {
            #expect(code == 1012)
            isTold = true
          }
        }
        #expect(
          try await database.queryRow("SELECT COUNT(*) FROM chat_sessions", as: (Int).self) == 0)
        #expect(try await second.exitStatus() == 0)
        #expect(
          try await database.queryRow(
            "SELECT COUNT(*) FROM chat_servers WHERE lost_at IS NULL", as: (Int).self) == 0)
      }
    }

    @Test(arguments: TestBackend.servers)
    func whoeverSharesAndWhoeverDoesNotAreToldApart(_ backend: TestBackend) async throws {
      try await TestDatabase.run(on: backend) { place in
        try await ServedProgram.withDirectory { directory in
          let shared = try await Self.serve("first", place, in: directory)
          let alone = try ServedProgram(in: directory, ["MARCHAT_DB_PATH": place.url])
          #expect(try await alone.exitStatus() == 1)
          #expect(alone.log.contains("first serves this database together with others"))
          try await shared.stop()
          let single = try ServedProgram(in: directory, ["MARCHAT_DB_PATH": place.url])
          try await single.ready()
          let other = try ServedProgram(
            in: directory, ["MARCHAT_DB_PATH": place.url, "DOVETAIL_SHARED_DATABASE": "on"])
          #expect(try await other.exitStatus() == 1)
          #expect(other.log.contains("a server that shares with nobody serves this database"))
          try await single.stop()
        }
      }
    }
  }
}

extension TestWebSocketClient {
  /// Waits until the log-in has succeeded.
  fileprivate func isIn(within limit: Duration) async throws {
    for _ in 0..<2 {
      _ = try await text(timeout: limit) { $0.hasPrefix(#"{"type":"userlist""#) }
    }
  }

  /// Waits for a list of users that names exactly these.
  fileprivate func userList(_ names: [String]) async throws {
    let list = "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    _ = try await text { $0.hasPrefix(#"{"type":"userlist""#) && $0.contains(list) }
  }
}
