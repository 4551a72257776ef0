import ChatClient
import Glibc

/// TCP ports of this machine's loopback interface.
enum FreePort {
  /// A port nobody uses at the moment. Below those that the system gives to clients, of which this test
  /// has hundreds: a server that is started again finds its port free.
  static func find() throws(ChatClientError) -> Int {
    for _ in 0..<1000 {
      let port = Int.random(in: 20_000..<32_000)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = loopback(port: port)
      if withSocketAddress(&address, { bind(descriptor, $0, $1) == 0 }) { return port }
    }
    throw ChatClientError("No free TCP port: \(String(cString: strerror(errno))).")
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
