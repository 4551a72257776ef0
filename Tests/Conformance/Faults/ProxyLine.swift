import Glibc
import DriverAPI

/// One connection through a ``FaultProxy``.
final class ProxyLine: Sendable {
  private struct State {
    var isStalled: Set<Fault.Direction> = []
    var isSplit: Set<Fault.Direction> = []
    var isCut = false
    var isClosed = false
    var runningPumps = 2
  }

  private let client: Int32
  private let server: Int32?
  private let wire: WireProtocol
  private let schedule: FaultSchedule
  private let state = Mutex(State())

  init(client: Int32, server: Int32?, wire: WireProtocol, schedule: FaultSchedule) {
    self.client = client
    self.server = server
    self.wire = wire
    self.schedule = schedule
    var on: Int32 = 1
    // Small packets must not wait for each other. Fails for a local socket, which never does.
    for descriptor in [client, server ?? -1] {
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  func start(_ onEnd: @escaping @Sendable () -> Void) {
    for direction in Fault.Direction.allCases {
      BlockingThread(named: "fault-line") { [self] in
        pump(direction)
        finish(onEnd)
      }.start()
    }
  }

  /// Ends the connection in both directions.
  func cut(resets: Bool) {
    // Under the lock that closes them: a closed number may be another socket's already.
    state.withLock { state in
      state.isCut = true
      if !state.isClosed { shutDown(resets: resets) }
    }
  }

  /// The pumps wake by it, and close the descriptors when both have ended.
  private func shutDown(resets: Bool) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    for descriptor in [client, server].compactMap({ $0 }) {
      if resets {
        setsockopt(
          descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      }
      shutdown(descriptor, Int32(resets ? SHUT_RD : SHUT_RDWR))
    }
  }

  /// Lets nothing more through in this direction.
  func stall(_ direction: Fault.Direction) {
    state.withLock { _ = $0.isStalled.insert(direction) }
  }

  /// Lets stalled directions go on.
  func release() { state.withLock { $0.isStalled = [] } }

  private func finish(_ onEnd: () -> Void) {
    cut(resets: false)
    let isLast = state.withLock { state in
      state.runningPumps -= 1
      return state.runningPumps == 0
    }
    guard isLast else { return }
    onEnd()
    state.withLock { state in
      state.isClosed = true
      Glibc.close(client)
      if let server { Glibc.close(server) }
    }
  }

  private func pump(_ direction: Fault.Direction) {
    let source = direction == .toServer ? client : server ?? -1
    let target = direction == .toServer ? server : client
    if direction == .toClient, server == nil { return waitForEnd() }
    var scanner = MessageScanner(wire, direction)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(source, &buffer, buffer.count)
      guard count > 0 else { return }
      hold(schedule.latency)
      guard let target else { continue }
      waitWhileStalled(direction)
      let starts = scanner.starts(in: buffer[0..<count])
      switch direction {
      case .toServer: schedule.noteRequest(messageCount: scanner.isOpaque ? nil : starts.count)
      case .toClient: schedule.noteAnswer()
      }
      guard forward(buffer[0..<count], starts, direction, to: target) else { return }
    }
  }

  private func waitWhileStalled(_ direction: Fault.Direction) {
    while state.withLock({ $0.isStalled.contains(direction) && !$0.isCut }) { usleep(2000) }
  }

  private func waitForEnd() {
    while !state.withLock({ $0.isCut }) { usleep(2000) }
  }

  /// Sends bytes on, with what goes wrong among them; false when the connection is over.
  private func forward(
    _ bytes: ArraySlice<UInt8>, _ starts: [Int], _ direction: Fault.Direction, to target: Int32
  ) -> Bool {
    var rest = bytes
    var starts = starts
    while !rest.isEmpty {
      let relative = starts.map { $0 - rest.startIndex }
      guard let hit = schedule.strike(direction, byteCount: rest.count, starts: relative) else {
        return send(rest, direction, to: target)
      }
      let place = rest.startIndex + hit.offset
      guard send(rest[..<place], direction, to: target), act(hit.action, direction) else {
        return false
      }
      // A byte that a fault was placed before counts only once.
      rest = rest[place...]
      starts.removeAll { $0 < place }
    }
    return true
  }

  private func act(_ action: Fault.Action, _ direction: Fault.Direction) -> Bool {
    switch action {
    case .cut, .reset:
      cut(resets: action == .reset)
      return false
    case .delay(let time): hold(time)
    case .stall:
      stall(direction)
      waitWhileStalled(direction)
    case .split:
      state.withLock { _ = $0.isSplit.insert(direction) }
    }
    return !state.withLock { $0.isCut }
  }

  private func hold(_ time: Duration) {
    if time > .zero { usleep(UInt32(clamping: Int64(time / .microseconds(1)))) }
  }

  private func send(
    _ bytes: ArraySlice<UInt8>, _ direction: Fault.Direction, to target: Int32
  ) -> Bool {
    let isSplit = state.withLock { $0.isSplit.contains(direction) }
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { raw in
        Glibc.send(target, raw.baseAddress, isSplit ? 1 : raw.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
