import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Puts together the pipeline of each accepted connection.
struct ConnectionAssembly: Sendable {
  private let limits: TransportLimits
  private let tls: TLSIdentity?
  private let door: ClientDoor
  private let gate: ConnectionGate
  private let sweeps: SweepTable
  private let router: HTTPRouter
  private let entrance: any ChatEntrance
  private let logger: Logger

  init(
    settings: ChatListener.Settings, gate: ConnectionGate, sweeps: SweepTable,
    routes: [HTTPRoute], entrance: any ChatEntrance, logger: Logger
  ) {
    limits = settings.limits
    tls = settings.tls
    door = ClientDoor(origins: settings.origins, proxies: settings.proxies)
    router = HTTPRouter(routes + [door.route])
    self.gate = gate
    self.sweeps = sweeps
    self.entrance = entrance
    self.logger = logger
  }

  /// Counts the connection and makes it ready for its first request.
  func prepare(_ channel: any Channel) throws {
    let peer = channel.remoteAddress?.ipAddress ?? ""
    guard gate.enter(peer) else { return refuse(channel, peer) }
    channel.closeFuture.whenComplete { _ in gate.leave(peer) }
    guard let sweep = sweeps[channel.eventLoop] else { throw ChannelError.operationUnsupported }
    let deadline = HTTPDeadline(channel: channel, limits: limits)
    sweep.add(deadline)
    let held = NIOLoopBound((sweep: sweep, deadline: deadline), eventLoop: channel.eventLoop)
    channel.closeFuture.whenComplete { _ in held.value.sweep.remove(held.value.deadline) }
    if let tls {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.context))
    }
    try addHTTP(to: channel, held)
  }

  private func refuse(_ channel: any Channel, _ peer: String) {
    logger.warning("connection refused: too many are open", metadata: ["peer": "\(peer)"])
    channel.close(promise: nil)
  }

  private typealias Held = NIOLoopBound<(sweep: ConnectionSweep, deadline: HTTPDeadline)>

  private func addHTTP(to channel: any Channel, _ held: Held) throws {
    let upgrader = ChatUpgrader(door: door) { channel, head in
      held.value.sweep.remove(held.value.deadline)
      let connection = WebSocketConnection(
        clientAddress: door.clientAddress(of: channel, head.headers),
        eventLoop: channel.eventLoop, limits: limits)
      let handler = WebSocketHandler(
        connection: connection, entrance: entrance, limits: limits, sweep: held.value.sweep)
      try channel.pipeline.syncOperations.addHandler(handler)
    }
    let result = try channel.pipeline.syncOperations.configureUpgradableHTTPServerPipeline(
      configuration: NIOUpgradableHTTPServerPipelineConfiguration(
        upgradeConfiguration: NIOTypedHTTPServerUpgradeConfiguration(
          upgraders: [upgrader],
          notUpgradingCompletionHandler: { channel in
            channel.eventLoop.makeCompletedFuture {
              try channel.pipeline.syncOperations.addHandler(
                HTTPHandler(
                  router: router, door: door, limits: limits, deadline: held.value.deadline))
            }
          })))
    // It fails when the connection ends before its first request, or sends garbage.
    result.whenFailure { _ in channel.close(promise: nil) }
  }
}
