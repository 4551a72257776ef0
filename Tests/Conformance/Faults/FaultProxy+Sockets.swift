import Glibc

extension FaultProxy {
  /// How TCP watches over a socket.
  public struct Watchfulness: Sendable {
    /// After so many seconds of silence it asks whether the other side lives; nil for never.
    public var keepAliveIdle: Int?
    /// Without an answer it asks again after so many seconds.
    public var keepAliveInterval: Int
    /// So often it asks before it gives the connection up.
    public var keepAliveCount: Int
    /// So many milliseconds may sent bytes stay unacknowledged; 0 for the system's own, many minutes.
    public var userTimeout: Int
  }

  /// How the sockets of this process are watched over that lead to this proxy.
  public var watchfulness: [Watchfulness] {
    (0..<Int32(clamping: getdtablesize())).filter(leadsHere).map { descriptor in
      let isAlive = Self.option(SOL_SOCKET, SO_KEEPALIVE, of: descriptor) != 0
      return Watchfulness(
        keepAliveIdle: isAlive
          ? Self.option(Int32(IPPROTO_TCP), TCP_KEEPIDLE, of: descriptor) : nil,
        keepAliveInterval: Self.option(Int32(IPPROTO_TCP), TCP_KEEPINTVL, of: descriptor),
        keepAliveCount: Self.option(Int32(IPPROTO_TCP), TCP_KEEPCNT, of: descriptor),
        userTimeout: Self.option(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, of: descriptor))
    }
  }

  private func leadsHere(_ descriptor: Int32) -> Bool {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        getpeername(descriptor, pointer, &length)
      }
    }
    return status == 0 && address.sin_family == sa_family_t(AF_INET)
      && Int(UInt16(bigEndian: address.sin_port)) == port
  }

  private static func option(_ level: Int32, _ name: Int32, of descriptor: Int32) -> Int {
    var value: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, level, name, &value, &length) == 0 ? Int(value) : 0
  }
}
