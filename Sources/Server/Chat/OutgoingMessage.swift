import NIOCore
import Synchronization

/// One encoded message on its way to one client or to many.
///
/// Whoever still has to send it keeps it, and as long as anybody does its bytes count in the budget:
/// once, however many those are, since they share them.
final class OutgoingMessage: Sendable {
  /// The text, as the client gets it.
  let bytes: ByteBuffer
  private let budget: OutflowBudget

  init(_ bytes: ByteBuffer, in budget: OutflowBudget) {
    self.bytes = bytes
    self.budget = budget
    budget.add(bytes.storageCapacity)
  }

  deinit { budget.add(-bytes.storageCapacity) }
}

/// What the messages hold together that are on their way to clients, over all connections.
///
/// A bound for each client alone is none where thousands do not read.
final class OutflowBudget: Sendable {
  /// How many bytes they should hold at most.
  let limit: Int
  private let held = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// How many bytes they hold.
  var heldCount: Int { held.load(ordering: .relaxed) }

  /// Whether that is more than it should be.
  var isOver: Bool { heldCount > limit }

  /// Whether what can wait should wait.
  var isCrowded: Bool { heldCount > limit / 2 }

  /// Whether those who hold most have to go, where others who hold `leaving` bytes are about to be
  /// gone. What those share with readers who stay does not go with them, hence the second bound.
  func isTooMuch(besides leaving: Int, downTo share: Double = 1) -> Bool {
    let held = heldCount
    return Double(held - leaving) > Double(limit) * share || held > limit + limit / 2
  }

  fileprivate func add(_ count: Int) {
    held.wrappingAdd(count, ordering: .relaxed)
  }
}
