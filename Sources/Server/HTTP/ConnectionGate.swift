import NIOConcurrencyHelpers
import NIOCore

/// Counts the open connections and refuses those beyond the limits.
final class ConnectionGate: Sendable {
  /// What becomes of a new connection.
  enum Verdict: Equatable {
    case welcome
    /// There is room to tell it so; `leaveRefused()` must follow.
    case refused(String)
    /// Not even for that.
    case cut
  }

  private struct State {
    var count = 0
    var refusedCount = 0
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

  /// Lets a connection in, or not; `leave(_:)` must follow if it is let in.
  func enter(_ address: String) -> Verdict {
    let household = IPAddress.household(of: address)
    return state.withLockedValue { state in
      guard !state.isClosed else { return .cut }
      guard state.count < limits.maxConnections else {
        return refuse(&state, "The server is full; try again later.")
      }
      if let max = limits.maxConnectionsPerAddress, !isExempt(address) {
        guard state.countByAddress[household, default: 0] < max else {
          return refuse(&state, "Too many connections come from your address.")
        }
        state.countByAddress[household, default: 0] += 1
      }
      state.count += 1
      return .welcome
    }
  }

  private func refuse(_ state: inout State, _ reason: String) -> Verdict {
    guard state.refusedCount < limits.maxRefusedConnections else { return .cut }
    state.refusedCount += 1
    return .refused(reason)
  }

  /// A connection that was refused has been told so.
  func leaveRefused() {
    state.withLockedValue { $0.refusedCount -= 1 }
  }

  /// A connection that was let in is gone.
  func leave(_ address: String) {
    let household = IPAddress.household(of: address)
    let waiting = state.withLockedValue { state -> [EventLoopPromise<Void>] in
      state.count -= 1
      if let left = state.countByAddress[household].map({ $0 - 1 }) {
        state.countByAddress[household] = left == 0 ? nil : left
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

  /// A proxy brings the connections of many, and so may one on this machine that nobody named.
  private func isExempt(_ address: String) -> Bool {
    guard let address = IPAddress(address) else { return false }
    return proxies.contains(address) || (limits.exemptsLoopback && address.isLoopback)
  }
}
