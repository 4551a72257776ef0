import Foundation

/// Looks at the server's parts for `/health`.
struct HealthSource: Sendable {
  let chat: any ServedChat
  private let started = ContinuousClock.now

  init(chat: any ServedChat) {
    self.chat = chat
  }

  /// How the server is now.
  func report() -> HealthReport {
    let status = chat.status()
    let now = WireTime.now
    let megabytes = ProcessMemory.residentMegabytes
    return HealthReport(
      timestamp: now, version: ServerVersion.current.detail, uptime: .now - started,
      database: Self.database(status), memory: Self.memory(megabytes, now),
      webSocket: Self.sessions(status.activeSessionCount, now), memoryMegabytes: megabytes,
      taskCount: Self.threadCount(), activeUserCount: status.activeSessionCount,
      messageCount: Int64(status.messageCount), company: status.company)
  }

  private static func database(_ status: ChatStatus) -> HealthReport.Component {
    let time = "\(Int64(status.responseTime / .microseconds(1))) µs"
    let (health, message): (HealthReport.Status, String) =
      if status.databaseError != nil {
        // The reason is for the log and for doctor; this page is open to all.
        (.unhealthy, "Database error: it does not answer")
      } else if status.writeError != nil {
        (.unhealthy, "Database error: nothing can be stored")
      } else if status.responseTime > .seconds(5) {
        (.degraded, "Slow response: \(time)")
      } else {
        (.healthy, "Response time: \(time)")
      }
    return .init(status: health, message: message, lastCheck: status.checkedAt)
  }

  private static func memory(_ megabytes: Double, _ now: WireTime) -> HealthReport.Component {
    let amount = String(format: "%.1f MB", megabytes)
    let (health, message): (HealthReport.Status, String) =
      switch megabytes {
      case ...500: (.healthy, "Memory usage: \(amount)")
      case ...1000: (.degraded, "Moderate memory usage: \(amount)")
      default: (.degraded, "High memory usage: \(amount)")
      }
    return .init(status: health, message: message, lastCheck: now)
  }

  private static func sessions(_ count: Int, _ now: WireTime) -> HealthReport.Component {
    count < 1000
      ? .init(status: .healthy, message: "Active clients: \(count)", lastCheck: now)
      : .init(status: .degraded, message: "High client count: \(count)", lastCheck: now)
  }

  private static func threadCount() -> Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
  }
}
