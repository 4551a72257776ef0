import CPostgres
import DriverAPI
import EventLoop

/// A second attempt under a weaker `sslmode`, to find out what was wrong with a certificate.
///
/// It ends as soon as TLS stands: no password is sent over a connection that was not verified.
struct PostgresTLSProbe {
  private let options: PostgresOptions
  private let hosts: [PostgresHost]
  private static let limit = Duration.seconds(3)

  init(_ options: PostgresOptions, _ hosts: [PostgresHost]) {
    self.options = options
    self.hosts = hosts
  }

  /// Whether TLS can be set up under that mode.
  func succeeds(with mode: String) async -> Bool {
    var keywords = options.connectionKeywords(hosts)
      .filter { !["sslmode", "password", "passfile"].contains($0.name) }
    keywords.append(.init(name: "sslmode", value: mode))
    if mode == "require" {
      // With a file of trusted certificates, `require` verifies like `verify-ca`.
      keywords.removeAll { $0.name == "sslrootcert" }
      keywords.append(.init(name: "sslrootcert", value: "/nonexistent"))
    }
    guard let handle = PostgresAttempt.start(keywords) else { return false }
    defer { PQfinish(handle) }
    return await standsUp(handle)
  }

  /// Whether the server talks to us without TLS: then it is there and has said that it has none.
  func refusesTLS() async -> Bool {
    var keywords = options.connectionKeywords(hosts)
      .filter { !["sslmode", "password", "passfile"].contains($0.name) }
    keywords.append(.init(name: "sslmode", value: "disable"))
    guard let handle = PostgresAttempt.start(keywords) else { return false }
    defer { PQfinish(handle) }
    let deadline = ContinuousClock.now + Self.limit
    var next = PGRES_POLLING_WRITING
    while next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING {
      guard
        await isReady(handle, next == PGRES_POLLING_READING ? .readable : .writable, deadline)
      else { return false }
      next = PQconnectPoll(handle)
    }
    let told = String(cString: PQerrorMessage(handle))
    return next == PGRES_POLLING_OK || PQconnectionNeedsPassword(handle) != 0
      || PostgresRefusal.sqlState(in: told) != nil
  }

  private func standsUp(_ handle: OpaquePointer) async -> Bool {
    let deadline = ContinuousClock.now + Self.limit
    var next = PGRES_POLLING_WRITING
    while PQstatus(handle) != CONNECTION_BAD, ContinuousClock.now < deadline {
      if PQsslInUse(handle) != 0, PQstatus(handle) != CONNECTION_SSL_STARTUP { return true }
      guard next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING,
        await isReady(handle, next == PGRES_POLLING_READING ? .readable : .writable, deadline)
      else { return false }
      next = PQconnectPoll(handle)
    }
    return false
  }

  private func isReady(
    _ handle: OpaquePointer, _ interest: Readiness, _ deadline: ContinuousClock.Instant
  ) async -> Bool {
    do throws(DatabaseError) {
      let watch = try EventLoop.shared.watch(PQsocket(handle))
      defer { watch.remove() }
      return await watch.wait(for: interest, until: deadline).isDisjoint(with: [.timedOut])
    } catch {
      // No socket to watch: the probe has found out nothing.
      return false
    }
  }
}
