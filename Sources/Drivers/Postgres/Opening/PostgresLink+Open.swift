import CPostgres
import DriverAPI
import EventLoop

extension PostgresLink {
  /// Opens a session: names are looked up, then libpq tries the servers in its order.
  ///
  /// - Throws: `cannotConnect`, `authenticationFailed` or `tls`, with the host. [CONN-2]
  ///
  /// - Parameter onReady: as ``EventLoop`` takes it, for a session that the loop's thread reads.
  static func open(
    _ options: PostgresOptions, onReady: (@Sendable (Readiness) -> Void)? = nil
  ) async throws(DatabaseError) -> PostgresLink {
    var hosts = try await PostgresHost.resolve(options)
    while true {
      let attempt = try PostgresAttempt(options, hosts)
      do throws(DatabaseError) {
        return try await attempt.run(onReady: onReady)
      } catch {
        // libpq knows no time limit when it does not block: the silent server is left out.
        guard attempt.timedOutAddressCount > 0, attempt.timedOutAddressCount < hosts.count
        else { throw error }
        hosts.removeFirst(attempt.timedOutAddressCount)
      }
    }
  }
}
