import NIOCore

extension WebSocketHandler: SweptConnection {
  func sweep(at now: NIODeadline) {
    guard let context else { return }
    if case .closing(let deadline, _) = phase, now >= deadline {
      context.close(promise: nil)
      return
    }
    letGoOfTaken(context)
    if isMessageTooSlow(at: now) {
      connection.close(code: CloseCode.policyViolation, reason: "Message arrives too slowly")
    }
    switch clock.due(at: now, bufferedCount: bufferedCount(context)) {
    case .nothing: break
    case .ping: if phase == .open, context.channel.isWritable { send(.ping, ByteBuffer()) }
    case .handshakeTimeout:
      connection.close(code: CloseCode.policyViolation, reason: "Handshake timeout")
    case .readTimeout:
      connection.close(code: CloseCode.policyViolation, reason: "Connection timed out")
    case .writeTimeout: context.close(promise: nil)
    }
  }

  func shutDown(reason: String) {
    connection.close(code: CloseCode.serviceRestart, reason: reason)
  }

  func cut() {
    context?.close(promise: nil)
  }

  /// How many bytes the channel holds.
  func bufferedCount(_ context: ChannelHandlerContext) -> Int {
    do {
      return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
    } catch {
      // The option is missing only on a channel that is closed already, which holds nothing.
      return 0
    }
  }
}

// MARK: - Signs of life

extension WebSocketHandler {
  /// Somebody who waits for a sign of life of the client.
  final class Probe {
    private var answer: ((Bool) -> Void)?

    init(_ answer: @escaping (Bool) -> Void) {
      self.answer = answer
    }

    /// Tells it once.
    func settle(isAlive: Bool) {
      answer?(isAlive)
      answer = nil
    }
  }

  /// Pings the client and tells whether anything came from it in `time`.
  func probe(within time: TimeAmount, _ answer: @escaping (Bool) -> Void) {
    guard let context, phase == .open else { return answer(false) }
    let probe = Probe(answer)
    // One ping is enough for all who ask, who may be many.
    if probes.isEmpty, context.channel.isWritable { send(.ping, ByteBuffer()) }
    probes.append(probe)
    let bound = NIOLoopBound(probe, eventLoop: context.eventLoop)
    context.eventLoop.scheduleTask(in: time) { bound.value.settle(isAlive: false) }
  }

  func settleProbes(isAlive: Bool) {
    guard !probes.isEmpty else { return }
    let probes = probes
    self.probes = []
    for probe in probes { probe.settle(isAlive: isAlive) }
  }
}
