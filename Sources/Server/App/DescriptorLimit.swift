#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How many files and sockets this process may have open, and how many of them clients get.
///
/// The runtime ends the process when it needs a descriptor and there is none; so clients never get
/// the last ones.
struct DescriptorLimit: Sendable, Equatable {
  /// The limit now (`RLIMIT_NOFILE`).
  var count: Int

  /// For the program's own files, the event loops, and connections that are refused.
  static let reserve = 128

  /// Raises the soft limit of this process to its hard one, and answers with what it is then.
  static func raised() -> DescriptorLimit {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return DescriptorLimit(count: 1024) }
    if limit.rlim_cur < limit.rlim_max {
      var higher = limit
      higher.rlim_cur = min(limit.rlim_max, most)
      if setrlimit(resource, &higher) == 0 { limit = higher }
    }
    return DescriptorLimit(count: Int(min(limit.rlim_cur, most)))
  }

  /// How many connections clients can have, where `wanted` are configured.
  ///
  /// - Parameter databaseConnections: how many the pool may open; a file has up to three descriptors
  ///   for each.
  func clientConnections(wanted: Int, databaseConnections: Int) -> Int {
    max(1, min(wanted, count - Self.reserve - 3 * databaseConnections))
  }

  private static let most: rlim_t = 1 << 20

  #if canImport(Glibc)
  private static var resource: __rlimit_resource_t {
    __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  }
  #else
  private static var resource: Int32 { RLIMIT_NOFILE }
  #endif
}
