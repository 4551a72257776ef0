public import DriverAPI
import Glibc

/// A TCP proxy on the loopback address that lets things go wrong on demand.
///
/// ```swift
/// let proxy = try FaultProxy(for: DatabaseURL("postgres://…"))
/// let db = try await Database.open(proxy.url, with: PostgresDriver())
/// proxy.arm(Fault(.cut, .toClient, at: .message(0)))   // the next answer is lost
/// ```
///
/// Works in front of any server; messages can be counted for PostgreSQL and MySQL without TLS. Each
/// connection has two threads of its own, so that a stalled one holds nothing else up.
public final class FaultProxy: Sendable {
  private struct State {
    var lines: [ObjectIdentifier: ProxyLine] = [:]
    var acceptsConnections = true
    var isSilent = false
    var isClosed = false
    var acceptedCount = 0
  }

  /// The port on 127.0.0.1.
  public let port: Int
  /// The URL with this proxy as its only host.
  public let url: DatabaseURL
  private let server: ServerAddress
  private let wire: WireProtocol
  private let listener: Int32
  private let schedule = FaultSchedule()
  private let state = Mutex(State())

  /// A proxy in front of the first host of a URL.
  ///
  /// - Throws: ``FaultProxyError`` if the URL names no host, or no port is free.
  public convenience init(for url: DatabaseURL) throws(FaultProxyError) {
    guard let server = ServerAddress(url) else {
      throw FaultProxyError("the URL names no server that a proxy can stand in front of")
    }
    try self.init(to: server, WireProtocol(scheme: url.scheme)) { port in
      url.replacingHosts([DatabaseURL.Host(name: "127.0.0.1", port: port)])
    }
  }

  /// A proxy in front of a server, for URLs in which the server stands in a form of their own.
  ///
  /// - Parameter url: the URL that leads to a port of 127.0.0.1 instead of the server.
  /// - Throws: ``FaultProxyError`` if no port is free, or the URL is not sound.
  public init(
    to server: ServerAddress, _ wire: WireProtocol,
    url: (_ port: Int) throws(DatabaseError) -> DatabaseURL
  ) throws(FaultProxyError) {
    self.server = server
    self.wire = wire
    (listener, port) = try Self.listen()
    do throws(DatabaseError) { self.url = try url(port) } catch {
      Glibc.close(listener)
      throw FaultProxyError("the URL that leads to the proxy is not sound: \(error)")
    }
    let thread = BlockingThread(named: "fault-proxy") { [weak self, listener] in
      // Closed by who waits at it: its number may be another socket's the moment after.
      defer { Glibc.close(listener) }
      while true {
        let client = Glibc.accept(listener, nil, nil)
        if client < 0, errno == ECONNABORTED || errno == EINTR { continue }
        if client < 0 { return }
        guard let self else {
          Glibc.close(client)
          return
        }
        self.take(client)
      }
    }
    thread.start()
  }

  deinit { close() }

  /// Lets something go wrong, once.
  public func arm(_ fault: Fault) { schedule.arm(fault) }

  /// Takes back what has not happened yet, and lets stalled connections go on.
  public func disarm() {
    schedule.clear()
    for line in lines { line.release() }
  }

  /// How many faults have not happened yet.
  public var armedCount: Int { schedule.count }

  /// How many messages clients have sent; where they cannot be told apart, how often clients began to send
  /// behind an answer. For one connection at a time.
  public var requestCount: Int { schedule.requestCount }

  /// How many connections there are.
  public var connectionCount: Int { state.withLock { $0.lines.count } }

  /// How many connections there were.
  public var acceptedCount: Int { state.withLock { $0.acceptedCount } }

  /// Cuts every connection now, as a server does that stops.
  public func cutAll() {
    for line in lines { line.cut(resets: false) }
  }

  /// Whether new connections reach the server; otherwise they are closed at once.
  public var acceptsConnections: Bool {
    get { state.withLock { $0.acceptsConnections } }
    set { state.withLock { $0.acceptsConnections = newValue } }
  }

  /// Whether new connections are accepted and then left without a word.
  public var isSilent: Bool {
    get { state.withLock { $0.isSilent } }
    set { state.withLock { $0.isSilent = newValue } }
  }

  /// Lets no answer through any more, with nobody hearing of it, as when a host dies or a firewall forgets;
  /// new connections are left without a word. Until ``speakAgain()``.
  public func fallSilent() {
    isSilent = true
    for line in lines { line.stall(.toClient) }
  }

  /// Lets new connections reach the server, and the old ones go on.
  public func speakAgain() {
    isSilent = false
    disarm()
  }

  /// How long everything is held back in each direction, at least: a server that is far away. A round trip
  /// takes twice as long. Zero at first.
  public var latency: Duration {
    get { schedule.latency }
    set { schedule.latency = newValue }
  }

  /// Ends the proxy and every connection.
  public func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    // Wakes the thread in accept, which closes it.
    shutdown(listener, Int32(SHUT_RDWR))
    cutAll()
  }

  private var lines: [ProxyLine] { state.withLock { Array($0.lines.values) } }

  private func take(_ client: Int32) {
    let (accepts, isSilent) = state.withLock { state in
      state.acceptedCount += 1
      return (state.acceptsConnections && !state.isClosed, state.isSilent)
    }
    guard accepts else {
      Glibc.close(client)
      return
    }
    let upstream: Int32?
    do { upstream = isSilent ? nil : try server.connect() } catch {
      // The server is away, and so the client sees it go.
      Glibc.close(client)
      return
    }
    let line = ProxyLine(client: client, server: upstream, wire: wire, schedule: schedule)
    let id = ObjectIdentifier(line)
    let isLate = state.withLock { state in
      state.lines[id] = line
      return state.isClosed
    }
    line.start { [weak self] in self?.state.withLock { $0.lines[id] = nil } }
    if isLate { line.cut(resets: false) }
  }

  private static func listen() throws(FaultProxyError) -> (descriptor: Int32, port: Int) {
    let descriptor = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, length) == 0 && Glibc.listen(descriptor, 128) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard status else { throw FaultProxyError("no port on 127.0.0.1 is free: errno \(errno)") }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }
}
