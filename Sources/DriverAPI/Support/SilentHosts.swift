/// Hosts that did not answer lately, in this process: of several they are tried last for a while.
///
/// A host that died, and one behind a firewall, takes its whole time limit at each attempt; without this every
/// session that is opened during an outage would pay it again. When the while is over one session goes and
/// looks, and the others do not wait for it. A host that refuses costs nothing and is not remembered. [HA-5]
package final class SilentHosts: Sendable {
  /// Those of the process.
  package static let shared = SilentHosts(for: .seconds(30))

  private let time: Duration
  private let silentUntil = Mutex<[String: ContinuousClock.Instant]>([:])

  /// - Parameter time: how long a host is tried last.
  package init(for time: Duration) { self.time = time }

  /// A host took all of its time and did not answer.
  package func noteSilence(of place: String) {
    silentUntil.withLock { $0[place] = .now + time }
  }

  /// A host let a session in.
  package func noteAnswer(of place: String) {
    silentUntil.withLock { hosts in if !hosts.isEmpty { hosts[place] = nil } }
  }

  /// The same hosts, those behind the others that did not answer lately; otherwise the order stays.
  ///
  /// - Parameter place: by which a host is remembered.
  package func last<Host>(of hosts: [Host], by place: (Host) -> String) -> [Host] {
    if hosts.count < 2 { return hosts }
    let now = ContinuousClock.now
    let isSilent: [Bool] = silentUntil.withLock { silent in
      if silent.isEmpty { return [] }
      return hosts.map { host in
        guard let until = silent[place(host)] else { return false }
        // Whoever asks first looks, and the next one only after the same time.
        if until <= now { silent[place(host)] = now + time }
        return until > now
      }
    }
    if isSilent.isEmpty { return hosts }
    let known = zip(hosts, isSilent)
    return known.filter { !$0.1 }.map(\.0) + known.filter(\.1).map(\.0)
  }
}
