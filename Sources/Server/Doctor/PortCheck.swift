import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds out whether the port can be had, by binding it without listening.
struct PortCheck: Sendable {
  /// The address to listen on; nil for all interfaces.
  let host: String?
  let port: Int

  /// Free, in use, or why it can never be had.
  func check() -> DoctorCheck {
    do {
      try bindAll()
    } catch {
      let told = ListenerError.binding(host: host ?? "::", port: port, error).description
      guard (error as? IOError)?.errnoCode == EADDRINUSE else {
        return DoctorCheck("port", .error, told)
      }
      return DoctorCheck("port", .warn, "\(told) (fine if it is this server that is running)")
    }
    return DoctorCheck("port", .ok, "port \(port) is free")
  }

  private func bindAll() throws {
    if let host {
      try bind(SocketAddress.makeAddressResolvingHost(host, port: port))
      return
    }
    do {
      try bind(SocketAddress(ipAddress: "::", port: port))
    } catch let error as IOError where error.isAddressFamilyMissing {
      try bind(SocketAddress(ipAddress: "0.0.0.0", port: port))
    }
  }

  private func bind(_ address: SocketAddress) throws {
    #if canImport(Glibc)
    let kind = Int32(SOCK_STREAM.rawValue)
    #else
    let kind = SOCK_STREAM
    #endif
    let family = Int32(address.protocol == .inet6 ? AF_INET6 : AF_INET)
    let socket = socket(family, kind, 0)
    guard socket >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
    defer { close(socket) }
    // What the listener sets too: connections that are about to end do not hold the port.
    var on: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    let result = address.withSockAddr { pointer, count in
      #if canImport(Glibc)
      Glibc.bind(socket, pointer, socklen_t(count))
      #elseif canImport(Musl)
      Musl.bind(socket, pointer, socklen_t(count))
      #else
      Darwin.bind(socket, pointer, socklen_t(count))
      #endif
    }
    guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
  }
}
