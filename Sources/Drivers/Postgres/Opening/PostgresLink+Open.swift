import CPostgres
import DriverAPI
import EventLoop

extension PostgresLink {
  /// Opens a session: names are looked up, then libpq tries the servers in its order.
  ///
  /// - Throws: `cannotConnect`, `authenticationFailed` or `tls`, with the host. [CONN-2]
  ///
  /// - Parameters:
  ///   - known: the servers, where they are known already.
  ///   - onReady: as ``EventLoop`` takes it, for a session that the loop's thread reads.
  static func open(
    _ options: PostgresOptions, among known: [PostgresHost]? = nil,
    onReady: (@Sendable (Readiness) -> Void)? = nil
  ) async throws(DatabaseError) -> PostgresLink {
    var hosts: [PostgresHost]
    if let known { hosts = known } else { hosts = try await PostgresHost.resolve(options) }
    hosts = SilentHosts.shared.last(of: hosts, by: \.place)
    let limit = options.timeout(perAddressOf: hosts.count)
    let count = hosts.count
    while true {
      let attempt = try PostgresAttempt(options, hosts, of: count, limit: limit)
      do throws(DatabaseError) {
        let link = try await attempt.run(onReady: onReady)
        SilentHosts.shared.noteAnswer(of: PostgresHost(of: link.handle).place)
        return link
      } catch {
        // libpq goes on to the next only where a server cannot be reached. It knows no time limit when it does
        // not block, and takes a proxy that hangs up, or a server that is full, for the end of the search.
        guard let last = attempt.lastIndex, attempt.isSilent || error.leavesOthersToTry else {
          throw error
        }
        if attempt.isSilent { SilentHosts.shared.noteSilence(of: hosts[last].place) }
        hosts.remove(at: last)
        // Those before it were refused, but for the wish for a standby, which may remain a wish.
        if options.target != .preferStandby { hosts.removeFirst(last) }
        if hosts.isEmpty { throw error }
      }
    }
  }
}

extension DatabaseError {
  /// Whether it says nothing against other servers; a wrong password or certificate does.
  fileprivate var leavesOthersToTry: Bool {
    switch kind {
    case .cannotConnect, .connectionLost, .resourceExhausted: details.sqlState != "3D000"
    default: false
    }
  }
}

extension PostgresOptions {
  /// How long each of so many addresses may take, lest one that says nothing have all the time there is.
  func timeout(perAddressOf count: Int) -> Duration? {
    timeoutPerHost ?? (count > 1 ? .seconds(max(2, 10 / count)) : nil)
  }
}

extension PostgresHost {
  /// The address and the port, by which a server is remembered.
  var place: String {
    Self.description(name: address.isEmpty ? name : address, port: "\(port ?? 5432)")
  }

  func hasPort(of other: PostgresHost) -> Bool { (port ?? 5432) == (other.port ?? 5432) }

  /// The server that libpq has a session with, or tries.
  init(of handle: OpaquePointer) {
    name = PQhost(handle).map { String(cString: $0) } ?? ""
    address = PQhostaddr(handle).map { String(cString: $0) } ?? ""
    port = PQport(handle).flatMap { Int(String(cString: $0)) }
  }
}
