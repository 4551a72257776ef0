#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An IPv4 or IPv6 address; IPv4 is kept in its IPv6-mapped form, so the two compare as equal.
struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The address as 128 bits, the first byte the most significant.
  var bits: UInt128

  private static let mappedPrefix: UInt128 = 0xFFFF << 32

  /// Whether this is an IPv4 address.
  var isIPv4: Bool { bits >> 32 == 0xFFFF }

  /// Whether it is of this machine: 127.0.0.0/8 or ::1.
  var isLoopback: Bool { isIPv4 ? bits >> 24 & 0xFF == 127 : bits == 1 }

  /// Parses `192.0.2.1`, `2001:db8::1`, or either with brackets or a zone; nil for anything else.
  init?(_ text: String) {
    var text = Substring(text)
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    if let zone = text.firstIndex(of: "%") { text = text[..<zone] }
    var v4 = in_addr()
    var v6 = in6_addr()
    if inet_pton(AF_INET, String(text), &v4) == 1 {
      let bytes = withUnsafeBytes(of: v4) { Array($0) }
      bits = Self.mappedPrefix | bytes.reduce(0) { $0 << 8 | UInt128($1) }
    } else if inet_pton(AF_INET6, String(text), &v6) == 1 {
      let bytes = withUnsafeBytes(of: v6) { Array($0) }
      bits = bytes.reduce(0) { $0 << 8 | UInt128($1) }
    } else {
      return nil
    }
  }

  /// Parses an address that may have a port behind it, as proxies write it.
  init?(withOptionalPort text: String) {
    if let address = IPAddress(text) {
      self = address
      return
    }
    guard let colon = text.lastIndex(of: ":"),
      UInt16(text[text.index(after: colon)...]) != nil,
      let address = IPAddress(String(text[..<colon])),
      address.isIPv4 || text.hasPrefix("[")
    else { return nil }
    self = address
  }

  var description: String {
    if isIPv4 {
      return stride(from: 24, through: 0, by: -8).map { "\(bits >> UInt128($0) & 0xFF)" }
        .joined(separator: ".")
    }
    var address = in6_addr()
    withUnsafeMutableBytes(of: &address) { bytes in
      for index in bytes.indices {
        bytes[index] = UInt8(truncatingIfNeeded: bits >> UInt128(120 - 8 * index))
      }
    }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil else { return "::" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension IPAddress {
  /// By what the limits of one address are counted: an IPv6 address stands for its /64, of which one
  /// customer has every address.
  static func household(of text: String) -> String {
    guard let address = IPAddress(text), !address.isIPv4, !address.isLoopback else { return text }
    var network = address
    network.bits = (address.bits >> 64) << 64
    return "\(network)/64"
  }
}

/// A range of addresses: one address, or an address with a prefix length (`10.0.0.0/8`).
struct IPNetwork: Sendable, Hashable {
  /// An address of the range.
  var address: IPAddress
  /// How many leading bits, of 128, all its addresses have in common.
  var prefix: Int

  /// Parses an address or CIDR notation; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(String(first)) else { return nil }
    self.address = address
    guard parts.count == 2 else {
      prefix = 128
      return
    }
    let width = address.isIPv4 ? 32 : 128
    guard let length = Int(parts[1]), 0...width ~= length else { return nil }
    prefix = 128 - width + length
  }

  /// Whether `other` lies in the range.
  func contains(_ other: IPAddress) -> Bool {
    prefix == 0 || (address.bits ^ other.bits) >> UInt128(128 - prefix) == 0
  }
}
