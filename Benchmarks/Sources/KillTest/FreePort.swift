import ChatClient
import Glibc

/// TCP ports of this machine's loopback interface.
enum FreePort {
  /// A port nobody uses at the moment.
  static func find() throws(ChatClientError) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: 0)
    let isBound = withSocketAddress(&address) { bind(descriptor, $0, $1) == 0 }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isNamed = withSocketAddress(&address) { pointer, _ in
      getsockname(descriptor, pointer, &length) == 0
    }
    guard isBound, isNamed else {
      throw ChatClientError("No free TCP port: \(String(cString: strerror(errno))).")
    }
    return Int(in_port_t(bigEndian: address.sin_port))
  }

  /// Whether somebody accepts connections on `port`.
  static func accepts(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port: port)
    return withSocketAddress(&address) { connect(descriptor, $0, $1) == 0 }
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  private static func withSocketAddress<Result>(
    _ address: inout sockaddr_in,
    _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
