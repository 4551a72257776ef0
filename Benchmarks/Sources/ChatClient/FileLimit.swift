import Glibc

/// How many sockets this process may have.
public enum FileLimit {
  /// Raises the limit so that `count` sockets fit beside the files a process has anyway.
  ///
  /// - Throws: ``ChatClientError`` when the system's hard limit is lower.
  public static func allow(sockets count: Int) throws(ChatClientError) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let needed = rlim_t(count + 64)
    guard limit.rlim_cur < needed else { return }
    limit.rlim_cur = needed
    guard needed <= limit.rlim_max,
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    else {
      throw ChatClientError(
        "\(count) connections need \(needed) files, but the limit is \(limit.rlim_max); "
          + "raise it (ulimit -Hn) or ask for fewer.")
    }
  }
}
