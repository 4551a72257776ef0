/// How the server is, for people and for orchestrators.
struct HealthReport: Sendable {
  /// How well something is; a greater one is worse.
  enum Status: String, Sendable, Comparable {
    case healthy, degraded, unhealthy

    private var rank: Int { self == .healthy ? 0 : self == .degraded ? 1 : 2 }

    static func < (left: Status, right: Status) -> Bool { left.rank < right.rank }
  }

  /// One part of the server.
  struct Component: Sendable {
    var status: Status
    /// A sentence about it; left out of the report when empty.
    var message: String
    /// When it was looked at.
    var lastCheck: WireTime
  }

  /// When the report was made.
  var timestamp: WireTime
  /// The server's version, as `<version> (build: <time>, commit: <commit>)`.
  var version: String
  /// How long the server has been running.
  var uptime: Duration
  var database: Component
  var memory: Component
  var webSocket: Component
  /// Memory in use, in MiB.
  var memoryMegabytes: Double
  /// How many threads or tasks are at work; the protocol calls them goroutines.
  var taskCount: Int
  /// How many users are connected.
  var activeUserCount: Int
  /// How many messages are stored.
  var messageCount: Int64
  /// What is known of the other servers of the same chat; nil if there are none to be.
  var company: ClusterView?

  /// The worst status of all parts. A server that has no names lets nobody in.
  var status: Status {
    let parts = max(database.status, max(memory.status, webSocket.status))
    return company?.isHeld == false ? .unhealthy : parts
  }

  /// A duration in whole seconds as Go prints it: `1h2m3s`, `2m3s`, `0s`.
  static func text(of duration: Duration) -> String {
    let (whole, fraction) = duration.components
    let seconds = whole + (fraction >= 500_000_000_000_000_000 ? 1 : 0)
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return (hours > 0 ? "\(hours)h" : "") + (seconds >= 60 ? "\(minutes)m" : "")
      + "\(seconds % 60)s"
  }
}
