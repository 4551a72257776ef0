import Glibc

/// How much processor time server and client used while messages were counted.
struct ServerUsage: Sendable {
  private let server: ServerProcess?
  private var wall = ContinuousClock.now
  private var clientStart = 0.0
  private var serverStart: Double?

  /// Processors the client kept busy; near 1 it is the client that is measured.
  private(set) var clientCores = 0.0
  /// Processors the server kept busy; nil if its process is not known.
  private(set) var serverCores: Double?

  init(of server: ServerProcess?) { self.server = server }

  mutating func begin() {
    wall = .now
    clientStart = Self.clientSeconds()
    serverStart = server?.processorSeconds()
  }

  mutating func end() {
    let duration = wall.duration(to: .now)
    let seconds = max(duration / .seconds(1), 1e-9)
    clientCores = (Self.clientSeconds() - clientStart) / seconds
    if let serverStart, let now = server?.processorSeconds() {
      serverCores = (now - serverStart) / seconds
    }
  }

  /// For people.
  var text: String {
    "client \(decimal(clientCores)), server \(serverCores.map(decimal) ?? "unknown")"
  }

  private static func clientSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
