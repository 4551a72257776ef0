import Logging
import NIOCore
import NIOHTTP1

/// The server's port: accepts connections, answers HTTP, and hands WebSockets to the chat.
final class ChatListener: Sendable {
  /// Where and how to listen.
  struct Settings: Sendable {
    /// The address to listen on; nil for all interfaces, IPv6 and IPv4.
    var host: String?
    /// The port; 0 for any free one.
    var port = 8080
    var limits = TransportLimits()
    var origins = OriginRule()
    var proxies = TrustedProxies()
    /// Present when connections are secured with TLS.
    var tls: TLSIdentity?
  }

  /// The port that was bound.
  let port: Int

  private let channel: any Channel
  private let tls: TLSIdentityBox
  private let gate: ConnectionGate
  private let sweeps: SweepTable
  private let limits: TransportLimits
  private let logger: Logger

  init(
    channel: any Channel, tls: TLSIdentityBox, gate: ConnectionGate, sweeps: SweepTable,
    limits: TransportLimits,
    logger: Logger
  ) {
    port = channel.localAddress?.port ?? 0
    self.channel = channel
    self.tls = tls
    self.gate = gate
    self.sweeps = sweeps
    self.limits = limits
    self.logger = logger
  }

  /// How many connections are open, HTTP and WebSocket together.
  var connectionCount: Int { gate.count }

  /// Secures the connections that come from now on with another certificate.
  func secure(with identity: TLSIdentity) { tls.current = identity }

  /// Stops accepting, sends every WebSocket what is queued and close code 1012, and returns when
  /// all connections are gone, a second after `closeTimeout` at the latest.
  func shutdown(reason: String = "server restarting") async {
    await stopAccepting()
    sweeps.shutDown(reason: reason)
    let cut = channel.eventLoop.scheduleTask(in: limits.closeTimeout + .seconds(1)) { [self] in
      logger.warning("cutting connections that did not close", metadata: ["count": "\(gate.count)"])
      sweeps.cut()
    }
    await Self.settled(gate.whenEmpty(on: channel.eventLoop))
    cut.cancel()
    sweeps.stop()
  }

  /// Takes no new connections. Those that are open stay open.
  func stopAccepting() async {
    gate.close()
    await Self.settled(channel.close())
  }

  /// Waits for a future whose failure means that what it was to bring about is so already.
  private static func settled(_ future: EventLoopFuture<Void>) async {
    let loop = future.eventLoop
    await withCheckedContinuation { continuation in
      loop.execute { future.whenComplete { _ in continuation.resume() } }
    }
  }
}
