import NIOConcurrencyHelpers

/// What the unfinished messages of all connections may hold together, and those of one address.
///
/// A limit on each message alone is none on a thousand connections that each begin one.
final class InflowBudget: Sendable {
  private struct State {
    var total = 0
    var byAddress: [String: Int] = [:]
  }

  private let state = NIOLockedValueBox(State())
  private let limit: Int

  /// - Parameter limit: bytes for all together; one address may have half of them.
  init(limit: Int) {
    self.limit = limit
  }

  /// What is held, in bytes.
  var heldCount: Int { state.withLockedValue { $0.total } }

  /// Changes what `address` holds by `count` bytes; false, and nothing changed, if there is no room
  /// for that much more.
  func change(by count: Int, for address: String) -> Bool {
    let address = IPAddress.household(of: address)
    return state.withLockedValue { state in
      let own = state.byAddress[address, default: 0] + count
      if count > 0, state.total + count > limit || own > limit / 2 { return false }
      state.total += count
      state.byAddress[address] = own == 0 ? nil : own
      return true
    }
  }
}
