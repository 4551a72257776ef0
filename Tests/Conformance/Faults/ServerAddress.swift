public import DriverAPI
import Glibc

/// Where the server behind a proxy listens.
public enum ServerAddress: Sendable, Hashable {
  /// A host by name or address, and a port.
  case tcp(host: String, port: Int)
  /// The path of a socket.
  case socket(path: String)

  /// Where the first host of a URL listens; nil if it names none, or, where the usual port of the scheme
  /// is not known here, no port.
  public init?(_ url: DatabaseURL) {
    let wire = WireProtocol(scheme: url.scheme)
    guard let host = url.hosts.first, !host.name.isEmpty else { return nil }
    switch (wire, host.isSocket) {
    case (.postgres, true): self = .socket(path: "\(host.name)/.s.PGSQL.\(host.port ?? 5432)")
    case (.postgres, false): self = .tcp(host: host.name, port: host.port ?? 5432)
    case (.mysql, true): self = .socket(path: host.name)
    case (.mysql, false): self = .tcp(host: host.name, port: host.port ?? 3306)
    case (.opaque, true): self = .socket(path: host.name)
    case (.opaque, false):
      guard let port = host.port else { return nil }
      self = .tcp(host: host.name, port: port)
    }
  }

  /// A connected descriptor.
  func connect() throws(FaultProxyError) -> Int32 {
    switch self {
    case .tcp(let host, let port): try Self.connect(host, port)
    case .socket(let path): try Self.connect(path)
    }
  }

  private static func connect(_ host: String, _ port: Int) throws(FaultProxyError) -> Int32 {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, "\(port)", &hints, &list) == 0 else {
      throw FaultProxyError("the host \(host) cannot be resolved")
    }
    defer { freeaddrinfo(list) }
    var next = list
    while let address = next?.pointee {
      let descriptor = Glibc.socket(address.ai_family, address.ai_socktype, address.ai_protocol)
      if descriptor >= 0, Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen) == 0 {
        return descriptor
      }
      if descriptor >= 0 { Glibc.close(descriptor) }
      next = address.ai_next
    }
    throw FaultProxyError("nobody listens at \(host):\(port)")
  }

  private static func connect(_ path: String) throws(FaultProxyError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { throw FaultProxyError("the path \(path) is too long") }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    if status == 0 { return descriptor }
    Glibc.close(descriptor)
    throw FaultProxyError("nobody listens at \(path)")
  }
}

/// Why a proxy could not be set up.
public struct FaultProxyError: Error, CustomStringConvertible {
  /// What failed.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
