import NIOCore
import NIOHTTP1

extension HealthReport {
  /// `/health` and `/health/simple`, both from the report that `check` makes.
  ///
  /// - Parameter isDraining: whether the server is about to stop. `/health/simple` then turns proxies away, and
  ///   `/health` does not change, because what is about to stop need not be killed.
  static func routes(
    isDraining: @escaping @Sendable () -> Bool = { false },
    _ check: @escaping @Sendable () async -> HealthReport
  ) -> [HTTPRoute] {
    [
      HTTPRoute(path: "/health") { _ in
        let report = await check()
        return HTTPReply(
          status: report.httpStatus, contentType: "application/json", body: report.json)
      },
      HTTPRoute(path: "/health/simple") { _ in
        if isDraining() { return .text(.serviceUnavailable, "DRAINING") }
        let report = await check()
        return .text(report.httpStatus, report.status == .unhealthy ? "UNHEALTHY" : "OK")
      },
    ]
  }

  /// 503 only if the server does not work: an orchestrator kills what answers 503, and one that is
  /// merely busy must live.
  var httpStatus: HTTPResponseStatus { status == .unhealthy ? .serviceUnavailable : .ok }

  /// The report as indented JSON with a final line break.
  var json: ByteBuffer {
    var json = JSONWriter(capacity: 1024)
    json.member("{\n  \"status\": ", status.rawValue)
    json.member(",\n  \"timestamp\": ", timestamp)
    json.member(",\n  \"version\": ", version)
    json.member(",\n  \"uptime\": ", Self.text(of: uptime))
    json.raw(",\n  \"components\": {\n    \"database\": ")
    Self.write(database, to: &json)
    json.raw(",\n    \"memory\": ")
    Self.write(memory, to: &json)
    json.raw(",\n    \"websocket\": ")
    Self.write(webSocket, to: &json)
    json.raw("\n  },\n  \"metrics\": {")
    json.member("\n    \"memory_usage_mb\": ", memoryMegabytes)
    json.member(",\n    \"goroutines\": ", Int64(taskCount))
    json.member(",\n    \"active_users\": ", Int64(activeUserCount))
    json.member(",\n    \"total_messages\": ", messageCount)
    json.member(",\n    \"database_status\": ", database.status.rawValue)
    json.raw("\n  }\n}\n")
    return json.finish()
  }

  private static func write(_ component: Component, to json: inout JSONWriter) {
    json.member("{\n      \"status\": ", component.status.rawValue)
    if !component.message.isEmpty { json.member(",\n      \"message\": ", component.message) }
    json.member(",\n      \"last_check\": ", component.lastCheck)
    json.raw("\n    }")
  }
}
