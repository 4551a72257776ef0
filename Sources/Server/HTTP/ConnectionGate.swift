import NIOConcurrencyHelpers
import NIOCore

/// Counts the open connections and refuses those beyond the limits.
final class ConnectionGate: Sendable {
  private struct State {
    var count = 0
    var countByAddress: [String: Int] = [:]
    var isClosed = false
    var waiting: [EventLoopPromise<Void>] = []
  }

  private let state = NIOLockedValueBox(State())
  private let limits: TransportLimits
  private let proxies: TrustedProxies

  init(limits: TransportLimits, proxies: TrustedProxies) {
    self.limits = limits
    self.proxies = proxies
  }

  /// How many connections are open.
  var count: Int { state.withLockedValue { $0.count } }

  /// Lets a connection in, or answers false; `leave(_:)` must follow if it is let in.
  func enter(_ address: String) -> Bool {
    state.withLockedValue { state in
      guard !state.isClosed, state.count < limits.maxConnections else { return false }
      if let max = limits.maxConnectionsPerAddress, !isProxy(address) {
        guard state.countByAddress[address, default: 0] < max else { return false }
        state.countByAddress[address, default: 0] += 1
      }
      state.count += 1
      return true
    }
  }

  /// A connection that was let in is gone.
  func leave(_ address: String) {
    let waiting = state.withLockedValue { state -> [EventLoopPromise<Void>] in
      state.count -= 1
      if let left = state.countByAddress[address].map({ $0 - 1 }) {
        state.countByAddress[address] = left == 0 ? nil : left
      }
      guard state.count == 0 else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for promise in waiting { promise.succeed() }
  }

  /// Lets nobody in any more.
  func close() {
    state.withLockedValue { $0.isClosed = true }
  }

  /// Succeeds when no connection is open.
  func whenEmpty(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
    let promise = eventLoop.makePromise(of: Void.self)
    let isEmpty = state.withLockedValue { state in
      if state.count > 0 { state.waiting.append(promise) }
      return state.count == 0
    }
    if isEmpty { promise.succeed() }
    return promise.futureResult
  }

  private func isProxy(_ address: String) -> Bool {
    IPAddress(address).map { proxies.contains($0) } ?? false
  }
}
