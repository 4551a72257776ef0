import CPostgres
import DriverAPI
import EventLoop
import Glibc

/// One address to connect to.
///
/// libpq would look names up in the middle of its non-blocking calls, and block. They are looked up
/// beforehand, on a thread that may block, and every address becomes an entry of libpq's list.
struct PostgresHost: Sendable, Hashable {
  /// The name, which certificates are compared with; empty for libpq's default.
  let name: String
  /// The address, or empty where libpq needs none: a socket, or its default.
  let address: String
  /// The port, or nil for libpq's default.
  let port: Int?

  /// Host and port, or the path of a socket, for messages.
  static func description(name: String, port: String) -> String {
    if name.hasPrefix("/") { return "\(name)/.s.PGSQL.\(port.isEmpty ? "5432" : port)" }
    let name = name.isEmpty ? "localhost" : name
    let shown = name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]" : name
    return port.isEmpty ? shown : "\(shown):\(port)"
  }

  /// The addresses of the servers that options name, in order.
  ///
  /// - Throws: `cannotConnect` if there is none for any of the names.
  static func resolve(
    _ options: PostgresOptions
  ) async throws(DatabaseError) -> [PostgresHost] {
    var hosts = options.hosts.isEmpty ? defaults(options) : options.hosts
    // Given by hand, they need no look-up; libpq checks that there are as many as names.
    if let given = options.value(of: "hostaddr") {
      let addresses = given.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let given = addresses.enumerated().map { index, address in
        let host = hosts.indices.contains(index) ? hosts[index] : nil
        return PostgresHost(name: host?.name ?? "", address: address, port: host?.port)
      }
      return options.triesAtRandom ? given.shuffled() : given
    }
    if options.triesAtRandom { hosts.shuffle() }
    var found: [PostgresHost] = []
    var failure: DatabaseError?
    for host in hosts {
      do throws(DatabaseError) {
        let addresses = try await addresses(of: host)
        found += options.triesAtRandom ? addresses.shuffled() : addresses
      } catch {
        failure = failure ?? error
      }
    }
    if let failure, found.isEmpty { throw failure }
    return found
  }

  /// What the environment says, as libpq reads it; a service file is libpq's alone.
  private static func defaults(_ options: PostgresOptions) -> [DatabaseURL.Host] {
    guard options.value(of: "service") == nil, let names = environment("PGHOST") else { return [] }
    let ports = (environment("PGPORT") ?? "").split(separator: ",").map { Int($0) }
    return names.split(separator: ",").enumerated().map { index, name in
      let port = ports.indices.contains(index) ? ports[index] : ports.last ?? nil
      return DatabaseURL.Host(name: String(name), port: port)
    }
  }

  private static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private static func addresses(
    of host: DatabaseURL.Host
  ) async throws(DatabaseError) -> [PostgresHost] {
    // An abstract socket begins with '@'.
    if host.name.isEmpty || host.isSocket || host.name.hasPrefix("@") {
      return [PostgresHost(name: host.name, address: "", port: host.port)]
    }
    switch await BlockingThread.run({ lookUp(host.name) }) {
    case nil:
      throw DatabaseError(
        .resourceExhausted, "the system has no room for a thread to look \(host.name) up on",
        connection: .spent, execution: .notSent)
    case .success(let addresses):
      return addresses.map { PostgresHost(name: host.name, address: $0, port: host.port) }
    case .failure(let reason):
      let place = description(name: host.name, port: host.port.map(String.init) ?? "")
      throw DatabaseError(
        .cannotConnect, "the host name of \(place) has no address: \(reason.text)",
        connection: .spent, execution: .notSent,
        details: .init(nativeCode: Int(reason.code), host: place))
    }
  }

  private struct LookUpFailure: Error {
    let code: Int32
    var text: String { String(cString: gai_strerror(code)) }
  }

  private static func lookUp(_ name: String) -> Result<[String], LookUpFailure> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(name, nil, &hints, &list)
    guard status == 0 else { return .failure(LookUpFailure(code: status)) }
    defer { freeaddrinfo(list) }
    var addresses: [String] = []
    var entry = list
    while let current = entry?.pointee {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let told = getnameinfo(
        current.ai_addr, current.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      if told == 0 {
        addresses.append(
          String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
      }
      entry = current.ai_next
    }
    return .success(addresses)
  }
}
