import DriverAPI
import EventLoop
import Glibc

/// Finds out with plain sockets why addresses cannot be connected to: libpq tells no error number.
enum PostgresReach {
  private static let patienceMilliseconds: Int32 = 1000

  /// The error number of each address that fails, in order; on a thread that may block.
  static func failures(of hosts: [PostgresHost]) async -> [Int32] {
    await BlockingThread.run { hosts.compactMap { failure(of: $0) } } ?? []
  }

  private static func failure(of host: PostgresHost) -> Int32? {
    if host.address.isEmpty {
      let path = PostgresHost.description(
        name: host.name.isEmpty ? "/var/run/postgresql" : host.name,
        port: host.port.map(String.init) ?? "")
      return socketFailure(path)
    }
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host.address, "\(host.port ?? 5432)", &hints, &list) == 0, let list else {
      return nil
    }
    defer { freeaddrinfo(list) }
    return failure(list.pointee.ai_family, list.pointee.ai_addr, list.pointee.ai_addrlen)
  }

  private static func socketFailure(_ path: String) -> Int32? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8CString)
    guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else { return ENAMETOOLONG }
    withUnsafeMutableBytes(of: &address.sun_path) { field in
      field.copyBytes(from: bytes.map { UInt8(bitPattern: $0) })
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        failure(AF_UNIX, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private static func failure(
    _ family: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t
  ) -> Int32? {
    let flags = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = Glibc.socket(family, flags, 0)
    guard descriptor >= 0 else { return errno }
    defer { Glibc.close(descriptor) }
    if connect(descriptor, address, length) == 0 { return nil }
    guard errno == EINPROGRESS else { return errno }
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&entry, 1, patienceMilliseconds) > 0 else { return ETIMEDOUT }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    return code == 0 ? nil : code
  }
}
