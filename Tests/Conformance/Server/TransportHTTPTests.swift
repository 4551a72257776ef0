import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import Server

extension TransportSuites {
  @Suite(.timeLimit(.minutes(1))) struct TransportHTTPTests {
    /// Sends bytes on a new connection and answers everything that comes until the end, or until
    /// `marker` was seen.
    private func exchange(
      _ rig: TransportRig, _ text: String, until marker: String? = nil
    ) async throws -> String {
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(host: "127.0.0.1", port: rig.listener.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
          }
        }
      return try await channel.executeThenClose { inbound, outbound in
        try await outbound.write(ByteBuffer(string: text))
        var answer = ""
        for try await part in inbound {
          answer += String(buffer: part)
          if let marker, answer.contains(marker) { break }
        }
        return answer
      }
    }

    private func report(_ status: HealthReport.Status) -> HealthReport {
      let time = WireTime(microseconds: 1_500_000)
      let fine = HealthReport.Component(status: .healthy, message: "", lastCheck: time)
      return HealthReport(
        timestamp: time, version: "1.0 (build: b, commit: c)", uptime: .seconds(3723),
        database: .init(status: status, message: "Response time: 1ms", lastCheck: time),
        memory: fine, webSocket: fine, memoryMegabytes: 12.5, taskCount: 3, activeUserCount: 2,
        messageCount: 7)
    }

    private func health(_ status: HealthReport.Status) -> [HTTPRoute] {
      let report = report(status)
      return HealthReport.routes { report }
    }

    private func get(_ path: String, _ method: String = "GET", _ extra: String = "") -> String {
      "\(method) \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\(extra)\r\n"
    }

    @Test(arguments: [
      (HealthReport.Status.healthy, "200 OK", "OK"), (.degraded, "200 OK", "OK"),
      (.unhealthy, "503 Service Unavailable", "UNHEALTHY"),
    ])
    func health(_ status: HealthReport.Status, _ line: String, _ simple: String) async throws {
      try await TransportRig.run(routes: health(status)) { rig in
        let full = try await exchange(rig, get("/health"))
        #expect(full.hasPrefix("HTTP/1.1 \(line)\r\n"))
        #expect(full.lowercased().contains("content-type: application/json\r\n"))
        #expect(full.contains("{\n  \"status\": \"\(status.rawValue)\",\n"))
        #expect(full.contains("\"uptime\": \"1h2m3s\""))
        #expect(full.hasSuffix("}\n}\n"))
        let short = try await exchange(rig, get("/health/simple?x=1"))
        #expect(short.hasPrefix("HTTP/1.1 \(line)\r\n"))
        #expect(short.hasSuffix("\r\n\r\n\(simple)"))
      }
    }

    @Test(arguments: [(0, "0s"), (59, "59s"), (60, "1m0s"), (3600, "1h0m0s"), (90_061, "25h1m1s")])
    func uptimes(_ seconds: Int, _ text: String) {
      #expect(HealthReport.text(of: .seconds(seconds)) == text)
      #expect(HealthReport.text(of: .seconds(seconds) + .milliseconds(499)) == text)
    }

    @Test func otherPathsAreNotFound() async throws {
      try await TransportRig.run { rig in
        let answer = try await exchange(rig, get("/nothing"))
        #expect(answer.hasPrefix("HTTP/1.1 404 "))
      }
    }

    @Test func wrongMethodsAreToldTheRightOnes() async throws {
      let route = HTTPRoute(path: "/page", methods: [.GET, .POST]) { _ in .text(.ok, "page") }
      try await TransportRig.run(routes: [route]) { rig in
        let refused = try await exchange(rig, get("/page", "PUT"))
        #expect(refused.hasPrefix("HTTP/1.1 405 "))
        #expect(refused.contains("Allow: GET, POST\r\n"))
        let webSocket = try await exchange(rig, get("/ws", "POST"))
        #expect(webSocket.hasPrefix("HTTP/1.1 405 "))
        #expect(webSocket.contains("Allow: GET\r\n"))
        let head = try await exchange(rig, get("/page", "HEAD"))
        #expect(head.hasPrefix("HTTP/1.1 200 "))
        #expect(head.lowercased().contains("content-length: 4\r\n"))
        #expect(head.hasSuffix("\r\n\r\n"))
      }
    }

    @Test func aPlainGetOfTheWebSocketIsABadRequest() async throws {
      try await TransportRig.run { rig in
        let answer = try await exchange(rig, get("/ws"))
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.contains("chat client"))
      }
    }

    @Test func connectionsAreKeptForMoreRequests() async throws {
      let route = HTTPRoute(path: "/echo") { request in
        HTTPReply(status: .ok, contentType: "text/plain", body: request.body)
      }
      try await TransportRig.run(routes: [route]) { rig in
        let first = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
        let answer = try await exchange(
          rig, first + get("/echo", "POST", "Content-Length: 3\r\n") + "two")
        #expect(answer.contains("one"))
        #expect(answer.hasSuffix("two"))
      }
    }

    @Test func longBodiesAreRefused() async throws {
      let route = HTTPRoute(path: "/echo") { _ in .text(.ok, "unreached") }
      try await TransportRig.run(configure: { $0.limits.maxBodyBytes = 10 }, routes: [route]) {
        rig in
        let answer = try await exchange(
          rig, get("/echo", "POST", "Content-Length: 11\r\n") + "0123456789a")
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(!answer.contains("unreached"))
      }
    }

    @Test(arguments: [
      ("GET /page HTTP/1.1\r\n\r\n", "400"),
      ("GET /page HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400"),
      ("GET /page HTTP/1.1\r\nHost: a b\r\n\r\n", "400"),
      ("GET /page HTTP/1.1\r\nHost: x/y\r\n\r\n", "400"),
      ("GET /page HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", "400"),
      ("GET /page HTTP/1.0\r\n\r\n", "200"),
      ("GET /page HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n", "200"),
      ("GET http://x:80/page?a HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n", "200"),
      ("GET HTTPS://x/page HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n", "200"),
      ("GET http://x HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n", "404"),
      ("GET /page HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n", "417"),
      ("GET /ws HTTP/1.0\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "400"),
    ])
    func theHeadIsHeldToTheRFCs(_ request: String, _ status: String) async throws {
      let route = HTTPRoute(path: "/page") { _ in .text(.ok, "page") }
      try await TransportRig.run(routes: [route]) { rig in
        let answer = try await exchange(rig, request)
        #expect(answer.dropFirst("HTTP/1.1 ".count).hasPrefix(status), "\(answer)")
      }
    }

    @Test func whoExpectsAWordBeforeTheBodyGetsIt() async throws {
      let route = HTTPRoute(path: "/echo") { request in
        HTTPReply(status: .ok, contentType: "text/plain", body: request.body)
      }
      try await TransportRig.run(configure: { $0.limits.maxBodyBytes = 10 }, routes: [route]) {
        rig in
        let head = { (count: Int) in
          "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: \(count)\r\n\r\n"
        }
        let word = try await exchange(rig, head(3), until: "\r\n\r\n")
        #expect(word.hasPrefix("HTTP/1.1 100 Continue\r\n"))
        let both = try await exchange(rig, head(3) + "abc", until: "abc")
        #expect(both.contains("HTTP/1.1 200 OK"))
        let refused = try await exchange(rig, head(11))
        #expect(refused.hasPrefix("HTTP/1.1 413 "))
      }
    }

    @Test func theStartPageSaysHowToGetIn() async throws {
      try await TransportRig.run(routes: [StartPage.route]) { rig in
        let answer = try await exchange(
          rig, "GET / HTTP/1.1\r\nHost: chat.example:8443\r\nConnection: close\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("text/html"))
        #expect(answer.contains("ws://chat.example:8443/ws"))
      }
      #expect(StartPage.page(host: "a&b").contains("ws://a&amp;b/ws"))
    }

    @Test(arguments: [
      "\0\u{1}\u{2}\r\n\r\n", "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
      "GET / HTTP/1.1\r\nbad header\r\n\r\n",
    ])
    func garbageIsABadRequest(_ garbage: String) async throws {
      try await TransportRig.run { rig in
        let answer = try await exchange(rig, garbage)
        #expect(answer.hasPrefix("HTTP/1.1 400 "))
      }
    }

    @Test(arguments: [
      "", "GET /ws HTTP/1.1\r\nHost: x\r\nX-Sl", "POST /echo HTTP/1.1\r\nContent-Le",
    ])
    func unfinishedRequestsAreCutOff(_ start: String) async throws {
      try await TransportRig.run(configure: { $0.limits.requestTimeout = .milliseconds(300) }) {
        rig in
        let answer = try await exchange(rig, start)
        #expect(answer == "")
      }
    }

    @Test func keptConnectionsAreCutOffWhenIdle() async throws {
      try await TransportRig.run(configure: { $0.limits.keepAliveTimeout = .milliseconds(300) }) {
        rig in
        let answer = try await exchange(rig, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 404 "))
      }
    }
  }
}
