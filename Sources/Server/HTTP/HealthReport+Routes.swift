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
    json.raw("\n  }")
    if let company { Self.write(company, to: &json) }
    json.raw("\n}\n")
    return json.finish()
  }

  private static func write(_ company: ClusterView, to json: inout JSONWriter) {
    json.member(",\n  \"cluster\": {\n    \"server\": ", company.name)
    json.member(",\n    \"lease\": ", company.isHeld ? "held" : "lost")
    json.member(",\n    \"clock_difference_ms\": ", milliseconds(company.clockDifference))
    write(feedLag: company.feedLag, ",\n    \"feed_lag_ms\": ", to: &json)
    json.raw(",\n    \"others\": [")
    for (index, member) in company.others.enumerated() {
      json.member(index == 0 ? "\n      {\"server\": " : ",\n      {\"server\": ", member.name)
      json.member(", \"version\": ", member.version)
      json.member(", \"clients\": ", Int64(member.clientCount))
      json.member(", \"heartbeat_age_ms\": ", milliseconds(company.age(of: member)))
      json.member(", \"clock_difference_ms\": ", milliseconds(member.clockDifference))
      write(feedLag: member.feedLag, ", \"feed_lag_ms\": ", to: &json)
      json.raw("}")
    }
    json.raw(company.others.isEmpty ? "]\n  }" : "\n    ]\n  }")
  }

  private static func write(
    feedLag: Duration?, _ key: StaticString, to json: inout JSONWriter
  ) {
    if let feedLag {
      json.member(key, milliseconds(feedLag))
    } else {
      json.raw(key)
      json.raw("null")
    }
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    Int64(duration / .milliseconds(1))
  }

  private static func write(_ component: Component, to json: inout JSONWriter) {
    json.member("{\n      \"status\": ", component.status.rawValue)
    if !component.message.isEmpty { json.member(",\n      \"message\": ", component.message) }
    json.member(",\n      \"last_check\": ", component.lastCheck)
    json.raw("\n    }")
  }
}
