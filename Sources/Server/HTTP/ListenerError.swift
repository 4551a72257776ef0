#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif
import NIOCore

/// Why the server cannot listen, and what helps.
struct ListenerError: Error, Equatable, CustomStringConvertible {
  /// A sentence with the remedy.
  var description: String

  /// Explains why binding failed.
  static func binding(host: String, port: Int, _ error: any Error) -> ListenerError {
    let place = host == "::" || host == "0.0.0.0" ? "port \(port)" : "port \(port) on \(host)"
    let text =
      switch (error as? IOError)?.errnoCode {
      case EADDRINUSE:
        "\(place) is already in use; stop the program that uses it or choose another port with MARCHAT_PORT"
      case EACCES:
        "no permission to listen on \(place); choose a port above 1023 with MARCHAT_PORT"
      case EADDRNOTAVAIL:
        "\(host) is no address of this machine; correct DOVETAIL_BIND"
      default:
        "cannot listen on \(place): \(error); check DOVETAIL_BIND and MARCHAT_PORT"
      }
    return ListenerError(description: text)
  }
}

extension IOError {
  /// Whether the machine lacks the kind of address that was asked for, such as IPv6.
  var isAddressFamilyMissing: Bool {
    errnoCode == EAFNOSUPPORT || errnoCode == EADDRNOTAVAIL
  }
}
