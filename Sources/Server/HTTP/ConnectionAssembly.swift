import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// Puts together the pipeline of each accepted connection.
struct ConnectionAssembly: Sendable {
  private let limits: TransportLimits
  private let tls: TLSIdentityBox
  private let door: ClientDoor
  private let gate: ConnectionGate
  private let sweeps: SweepTable
  private let budget: InflowBudget
  private let router: HTTPRouter
  private let entrance: any ChatEntrance
  private let refusals: CountedLog

  init(
    settings: ChatListener.Settings, tls: TLSIdentityBox, gate: ConnectionGate, sweeps: SweepTable,
    routes: [HTTPRoute], entrance: any ChatEntrance, logger: Logger
  ) {
    limits = settings.limits
    self.tls = tls
    door = ClientDoor(origins: settings.origins, proxies: settings.proxies)
    router = HTTPRouter(routes)
    budget = InflowBudget(limit: settings.limits.maxUnfinishedBytes)
    self.gate = gate
    self.sweeps = sweeps
    self.entrance = entrance
    refusals = CountedLog("connection refused", .warning, burst: 1, logger)
  }

  /// Counts the connection and makes it ready for its first request.
  func prepare(_ channel: any Channel) throws {
    let peer = channel.remoteAddress?.ipAddress ?? ""
    switch gate.enter(peer) {
    case .welcome: break
    case .refused(let reason): return try refuse(channel, peer, reason)
    case .cut: return channel.close(promise: nil)
    }
    channel.closeFuture.whenComplete { _ in gate.leave(peer) }
    guard let sweep = sweeps[channel.eventLoop] else { throw ChannelError.operationUnsupported }
    let deadline = HTTPDeadline(channel: channel, limits: limits)
    sweep.add(deadline)
    let held = NIOLoopBound((sweep: sweep, deadline: deadline), eventLoop: channel.eventLoop)
    channel.closeFuture.whenComplete { _ in held.value.sweep.remove(held.value.deadline) }
    if let tls = tls.current {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.context))
    }
    try addHTTP(to: channel, sweep, deadline)
  }

  private func refuse(_ channel: any Channel, _ peer: String, _ reason: String) throws {
    channel.closeFuture.whenComplete { _ in gate.leaveRefused() }
    refusals.note(nil, peer, ["reason": "\(reason)"])
    if let tls = tls.current {
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls.context))
    }
    try channel.pipeline.syncOperations.addHandler(RefusalHandler(reason))
  }

  private func addHTTP(
    to channel: any Channel, _ sweep: ConnectionSweep, _ deadline: HTTPDeadline
  ) throws {
    let encoder = HTTPResponseEncoder()
    let decoder = ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes))
    let ordering = HTTPServerPipelineHandler()
    let garbage = HTTPServerProtocolErrorHandler()
    let upgrade = WebSocketUpgrade(httpHandlers: [garbage, ordering, encoder, decoder]) {
      channel, head in
      sweep.remove(deadline)
      let connection = WebSocketConnection(
        clientAddress: door.clientAddress(of: channel, head.headers),
        eventLoop: channel.eventLoop, limits: limits)
      return WebSocketHandler(
        connection: connection, entrance: entrance, limits: limits, sweep: sweep,
        budget: budget)
    }
    let pages = HTTPHandler(
      router: router, door: door, limits: limits, deadline: deadline, upgrade: upgrade)
    try channel.pipeline.syncOperations.addHandlers(encoder, decoder, ordering, garbage, pages)
  }
}
