import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Server

extension TransportSuites {
  @Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: ServedProgram.executable != nil, "the server's executable is not built"))
  struct ServedProgramTests {
    @Test func signalsDoNoHarmAndHangUpReadsAgain() async throws {
      try await ServedProgram.withDirectory { directory in
        try "MARCHAT_LOG_LEVEL=info\n".write(
          toFile: directory + "/.env", atomically: true, encoding: .utf8)
        let server = try ServedProgram(in: directory)
        try await server.ready()
        for signal in [SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE] { server.send(signal) }
        try "MARCHAT_LOG_LEVEL=debug\nDOVETAIL_RATE_LIMIT=off\n".write(
          toFile: directory + "/.env", atomically: true, encoding: .utf8)
        server.send(SIGHUP)
        try await server.waitForLog("reloaded")
        #expect(server.log.contains("log_level=debug"))
        #expect(server.log.contains("after_restart=DOVETAIL_RATE_LIMIT"))
        // What is wrong leaves everything as it was.
        try "MARCHAT_PORT=many\n".write(
          toFile: directory + "/.env", atomically: true, encoding: .utf8)
        server.send(SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        #expect(server.isRunning)
        let client = try await TestWebSocketClient.connect(port: server.port)
        try await client.send(text: #"{"username":"alice"}"#)
        try await server.waitForLog("logged in")
        #expect(server.log.contains("address=127.0.0.1 user=alice"))
        try await client.disconnect()
        try await server.waitForLog("left")
        #expect(try await server.stop() == 0)
        for line in ["starting", "serving", "stopping", "stopped"] {
          #expect(server.log.contains(line), "\(line)")
        }
      }
    }

    @Test func aSecondServerIsRefusedAndOneThatWasKilledIsNotInTheWay() async throws {
      try await ServedProgram.withDirectory { directory in
        let first = try ServedProgram(in: directory)
        try await first.ready()
        let second = try ServedProgram(in: directory)
        #expect(try await second.exitStatus() == 1)
        #expect(second.log.contains("another server serves this database already: process "))
        #expect(second.log.contains("port \(first.port)"))
        #expect(try await first.stop(SIGKILL) != 0)
        let third = try ServedProgram(in: directory)
        try await third.ready()
        #expect(!third.log.contains("waiting to see"))
        // One process serves a file, also if two are meant to.
        let fourth = try ServedProgram(in: directory, ["DOVETAIL_SHARED_DATABASE": "on"])
        #expect(try await fourth.exitStatus() == 1)
        #expect(fourth.log.contains("this engine takes one server at a time"))
        try await third.stop()
      }
    }

    @Test func whoIsToldToStopTurnsTheProxyAwayFirstAndServesMeanwhile() async throws {
      try await ServedProgram.withDirectory { directory in
        let server = try ServedProgram(in: directory, ["DOVETAIL_DRAIN_SECONDS": "3"])
        try await server.ready()
        #expect(try await server.get("/health/simple").hasPrefix("HTTP/1.1 200 "))
        server.send(SIGTERM)
        try await server.waitForLog("draining")
        let answer = try await server.get("/health/simple")
        #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.hasSuffix("DRAINING"), "\(answer)")
        // A proxy that has not looked yet sends somebody, and who is in stays in.
        #expect(try await server.get("/health").hasPrefix("HTTP/1.1 200 "))
        let client = try await TestWebSocketClient.connect(port: server.port)
        try await client.send(text: #"{"username":"alice"}"#)
        _ = try await client.nextText()
        #expect(!server.log.contains("stopping"), "it did not wait: \(server.log)")
        #expect(try await server.exitStatus() == 0)
        #expect(server.log.contains("stopped"))
      }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func whoIsToldTwiceEndsAtOnce(_ signal: Int32) async throws {
      try await ServedProgram.withDirectory { directory in
        let server = try ServedProgram(in: directory, ["DOVETAIL_DRAIN_SECONDS": "600"])
        try await server.ready()
        server.send(SIGTERM)
        try await server.waitForLog("draining")
        #expect(try await server.stop(signal) == 1)
        #expect(server.log.contains("ended at once by a second signal"))
        // Nothing of it is in the way of the next one.
        let next = try ServedProgram(in: directory)
        try await next.ready()
        try await next.stop()
      }
    }

    @Test func clientsCannotTakeTheLastDescriptors() async throws {
      try await ServedProgram.withDirectory { directory in
        let server = try ServedProgram(in: directory, openFiles: 256)
        try await server.ready()
        #expect(server.log.contains("as far as the limit of open files allows"))
        var channels: [any Channel] = []
        for _ in 0..<300 {
          channels.append(
            try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
              .connect(host: "127.0.0.1", port: server.port).get())
        }
        await #expect {
          _ = try await TestWebSocketClient.connect(port: server.port)
        } throws: { error in
          // Told so, or cut, at whichever moment; not left waiting.
          switch error {
          case TestWebSocketClient.Failure.notUpgraded(let status, _): return status == 503
          case TestWebSocketClient.Failure.timedOut: return false
          default: return true
          }
        }
        #expect(server.isRunning)
        for channel in channels {
          // Some were closed by the server.
          try? await channel.close()
        }
        try await Task.sleep(for: .milliseconds(500))
        let client = try await TestWebSocketClient.connect(port: server.port)
        try await client.send(text: #"{"username":"alice"}"#)
        _ = try await client.nextText()
        #expect(try await server.stop() == 0)
      }
    }

    @Test func wordsOfMarchatsUnitFilesDoNotStopTheStart() async throws {
      let normal = ArgumentNormaliser.normalise(["-web-panel", "-admin-panel=true", "-interactive"])
      #expect(normal == ["--web-panel", "--admin-panel", "--interactive"])
      #expect(ArgumentNormaliser.normalise(["-web-panel=false", "-version"]) == ["--version"])
      try await ServedProgram.withDirectory { directory in
        let server = try ServedProgram(in: directory, arguments: "-web-panel -interactive")
        try await server.ready()
        #expect(server.log.contains("[WARNING] --web-panel is ignored: "))
        #expect(server.log.contains("[WARNING] --interactive is ignored: "))
        try await server.stop()
      }
    }
  }
}
