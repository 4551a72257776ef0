import DriverAPI
import Foundation
import Testing

@testable import Server

// One after another: each holds two databases, and the gate of all tests lets in few.
@Suite(.serialized, .timeLimit(.minutes(2))) struct MoveTests {
  @Test(arguments: MoveRig.pairs)
  func aChatGoesOnWhereItWasMovedTo(from source: TestBackend, to target: TestBackend) async throws {
    try await TestDatabase.run(on: source) { old in
      try await TestDatabase.run(on: target) { new in
        try await MoveRig.fill(old)
        let (report, place) = try await MoveRig.move(old.url, to: new.url).run { _ in }
        #expect(report.tables.map(\.table) == ChatMove.tables)
        #expect(report.tables.filter { !$0.isEqual || $0.sourceRowCount == 0 } == [])
        if let password = try DatabaseURL(new.url).password {
          #expect(!"\(place)".contains(password))
        }
        let (before, after) = (try await old.open(), try await new.open())
        #expect(try await MoveRig.messages(before) == MoveRig.messages(after))
        // Somebody who enters finds it all, and what is written next comes behind it.
        let chat = try await ChatServer(
          database: after, settings: ChatSettings(), logger: MoveRig.logger)
        let client = ChatClient(chat)
        client.shakeHands("bob")
        try await client.waitUntil("bob is logged in") { $0.userLists.count >= 2 }
        #expect(try client.texts.last == "message 500 of a chat that moves, ö 👋")
        client.say("next")
        _ = try await client.message("his own") { $0.content == "next" }
        let id = try await after.queryRow(
          "SELECT id FROM messages WHERE content = 'next'", as: Int64.self)
        // MariaDB sets ids aside for many rows at once, and what it has set aside it does not give again.
        #expect(source.name == "mysql" ? id ?? 0 > 500 : id == 501)
        await chat.shutdown()
        // Nobody has it but the servers that come.
        #expect(try await ServerLease.holder(in: after) { _ in false } == nil)
        await before.close()
        await after.close()
      }
    }
  }

  @Test func whatIsInTheWayIsTold() async throws {
    func refusal(_ move: ChatMove) async -> String {
      do {
        _ = try await move.run { _ in }
        return ""
      } catch { return MoveFailure.text(of: error) }
    }
    try await TestDatabase.run(on: .sqlite) { old in
      try await TestDatabase.run(on: .sqlite) { new in
        let move = try MoveRig.move(old.url, to: new.url)
        #expect(await refusal(move).contains("the file does not exist"))
        try await MoveRig.fill(old, messageCount: 3)
        #expect(await refusal(try MoveRig.move(old.url, to: old.url)).contains("the chat is in "))
        #expect(
          await refusal(try MoveRig.move("sqlite::memory:", to: new.url)).contains("in memory"))
        let secret = "postgres://me:hush-hush@nowhere.invalid:1/db"
        let unreachable = await refusal(try MoveRig.move(old.url, to: secret))
        #expect(unreachable.contains("cannot open the database to move to"))
        #expect(!unreachable.contains("hush"))
        // A server is at work.
        let serving = try await old.open()
        let lease = ServerLease(
          serving, for: .init(host: "elsewhere", process: "7", address: "port 1"))
        try await lease.take(MoveRig.logger)
        #expect(await refusal(move).contains("a server serves the chat, process 7 on elsewhere"))
        let live = try MoveRig.move(old.url, to: new.url, whileServing: true)
        #expect(try await live.run { _ in }.0.rowCount == 3 + 5 + 3)
        await lease.release(MoveRig.logger)
        #expect(await refusal(move).contains("there is a chat in "))
        // The target's own server.
        try await serving.exec("UPDATE schema_version SET version = 99 WHERE version = 6")
        #expect(await refusal(move).contains("newer server"))
        try await serving.exec("DELETE FROM schema_version WHERE version > 2")
        #expect(await refusal(move).contains("start the server on it once"))
        try await serving.exec("DELETE FROM schema_version")
        #expect(await refusal(move).contains("there is no chat in "))
        await serving.close()
      }
    }
  }

  @Test func aMoveKeepsServersAwayFromWhereItGoes() async throws {
    try await TestDatabase.run(on: .sqlite) { old in
      try await TestDatabase.run(on: .sqlite) { new in
        try await MoveRig.fill(old, messageCount: 3)
        let served = try await new.open()
        let lease = ServerLease(
          served, for: .init(host: "elsewhere", process: "7", address: "port 1"))
        try await lease.take(MoveRig.logger)
        let keeping = Task {
          while !Task.isCancelled {
            try await served.exec("UPDATE server_lease SET renewed_at = \(WireTime.now)")
            try await Task.sleep(for: .milliseconds(100))
          }
        }
        await #expect(throws: ServerLease.Refusal.self) {
          _ = try await MoveRig.move(old.url, to: new.url).run { _ in }
        }
        keeping.cancel()
        _ = await keeping.result
        await served.close()
      }
    }
  }

  @Test func whatIsShownSaysHowFarItIs() {
    let shown = Lines()
    let start = ContinuousClock.now
    func step(_ count: Int, _ phase: DatabaseCopy.Progress.Phase = .copying)
      -> DatabaseCopy.Progress
    {
      DatabaseCopy.Progress(
        phase: phase, table: "messages", tableRowCount: count, rowCount: count,
        newRowCount: count - 100,
        totalCount: 1100)
    }
    let bar = MoveProgress(isTerminal: true) { shown.add($0) }
    bar.show(step(100), at: start)
    bar.show(step(200), at: start + .milliseconds(50))
    bar.show(step(600), at: start + .seconds(2))
    bar.end()
    bar.end()
    #expect(
      shown.all == [
        "\rcopying [##----------------------------] 9 %, 100 of 1100 rows\u{1B}[K",
        "\rcopying [################--------------] 54 %, 600 of 1100 rows, 250 rows/s, 2 s left\u{1B}[K",
        "\n",
      ])
    let lines = Lines()
    let log = MoveProgress(isTerminal: false) { lines.add($0) }
    log.show(step(100), at: start)
    log.show(step(600), at: start + .seconds(2))
    log.show(step(1100), at: start + .seconds(4))
    log.show(step(100, .comparing), at: start + .seconds(4))
    log.end()
    #expect(
      lines.all == [
        "copying messages: 9 %, 100 of 1100 rows\n",
        "copying messages: 100 %, 1100 of 1100 rows, 250 rows/s\n",
        "comparing messages: 9 %, 100 of 1100 rows\n",
      ])
  }
}

/// What was written, in order.
private final class Lines: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func add(_ line: String) { lines.withLock { $0.append(line) } }
}
