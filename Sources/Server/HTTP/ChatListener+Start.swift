import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension ChatListener {
  /// Binds the port and begins to serve.
  ///
  /// - Parameters:
  ///   - group: the event loops; they must outlive the listener.
  ///   - routes: the pages beside the WebSocket.
  ///   - entrance: takes each new WebSocket.
  /// - Throws: ``ListenerError`` if the port cannot be had.
  static func start(
    _ settings: Settings, on group: any EventLoopGroup, routes: [HTTPRoute],
    entrance: any ChatEntrance, logger: Logger
  ) async throws(ListenerError) -> ChatListener {
    let gate = ConnectionGate(limits: settings.limits, proxies: settings.proxies)
    let sweeps = SweepTable(group)
    let tls = TLSIdentityBox(settings.tls)
    let assembly = ConnectionAssembly(
      settings: settings, tls: tls, gate: gate, sweeps: sweeps, routes: routes, entrance: entrance,
      logger: logger)
    // And some that are cut off, so that nobody waits to be told nothing.
    let most =
      settings.limits.maxConnections + settings.limits.maxRefusedConnections
      + Int(AcceptThrottle.batch)
    let bootstrap = ServerBootstrap(group: group)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(AcceptThrottle(limit: most))
        }
      }
      .serverChannelOption(.maxMessagesPerRead, value: AcceptThrottle.batch)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1024, maximum: 65_536)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try assembly.prepare(channel) }
      }
    let channel = try await bind(bootstrap, settings)
    sweeps.start(every: settings.limits.sweepInterval)
    return ChatListener(
      channel: channel, tls: tls, gate: gate, sweeps: sweeps, limits: settings.limits,
      logger: logger)
  }

  private static func bind(
    _ bootstrap: ServerBootstrap, _ settings: Settings
  ) async throws(ListenerError) -> any Channel {
    let host = settings.host ?? "::"
    do {
      return try await bootstrap.bind(host: host, port: settings.port).get()
    } catch let error as IOError where settings.host == nil && error.isAddressFamilyMissing {
      return try await bindIPv4(bootstrap, settings.port)
    } catch {
      throw ListenerError.binding(host: host, port: settings.port, error)
    }
  }

  /// The machine has no IPv6.
  private static func bindIPv4(
    _ bootstrap: ServerBootstrap, _ port: Int
  ) async throws(ListenerError) -> any Channel {
    do {
      return try await bootstrap.bind(host: "0.0.0.0", port: port).get()
    } catch {
      throw ListenerError.binding(host: "0.0.0.0", port: port, error)
    }
  }
}
