import DriverAPI
import Synchronization

/// What one server asks another to do with a session that is connected there.
///
/// An order is addressed to the server that has the name, which deletes it when it is carried out: whoever
/// gave it sees by that that the other is alive.
final class ClusterOrders: Sendable {
  /// What is to be done.
  enum Action: Sendable, Equatable {
    /// The session is to end, with this close frame.
    case end(code: UInt16, reason: String)
    /// It is to end if its client is gone without a word: somebody asks for its name.
    case ask

    fileprivate var values: (code: Int64, reason: String) {
      switch self {
      case .end(let code, let reason): (Int64(code), reason)
      case .ask: (0, "")
      }
    }
  }

  /// One order.
  struct Order: Sendable {
    var id: String
    /// The server that is to do it.
    var server: String
    /// The key of the name whose session it is about.
    var user: String
    var action: Action
  }

  private let database: Database
  private let token: String
  private let lastNumber = Atomic<UInt64>(0)

  /// - Parameter token: this server.
  init(_ database: Database, token: String) {
    self.database = database
    self.token = token
  }

  /// An order that was not given yet.
  func order(_ action: Action, _ user: String, to server: String) -> Order {
    let number = lastNumber.wrappingAdd(1, ordering: .relaxed).newValue
    return Order(id: "\(token)-\(number)", server: server, user: user, action: action)
  }

  /// Which other server has a name; nil if none has.
  func holder(of user: UserName) async throws -> String? {
    try await database.queryRow(
      "SELECT server FROM chat_sessions WHERE name = \(user.key) AND server <> \(token)",
      as: String.self)
  }

  /// Gives orders.
  func give(_ orders: [Order]) async throws {
    guard !orders.isEmpty else { return }
    let now = WireTime.now.databaseValue
    _ = try await database.insertIgnore(
      into: ClusterTables.orders,
      columns: ["id", "server", "name", "code", "reason", "issued_at"], key: ["id"],
      orders.map { order in
        let (code, reason) = order.action.values
        return [
          .text(order.id), .text(order.server), .text(order.user), .int(code), .text(reason), now,
        ]
      })
    let servers = Set(orders.map(\.server)).sorted()
    try await database.exec(
      "UPDATE chat_servers SET orders = orders + 1 WHERE server IN (\(each: servers))")
  }

  /// Those of some orders that were not carried out yet.
  func open(_ ids: [String]) async throws -> Set<String> {
    guard !ids.isEmpty else { return [] }
    let open = try await database.query(
      "SELECT id FROM chat_orders WHERE id IN (\(each: ids))", as: String.self
    ).collect()
    return Set(open)
  }

  /// What others ask of this server.
  func waiting() async throws -> [Order] {
    let rows = try await database.query(
      "SELECT id, name, code, reason FROM chat_orders WHERE server = \(token) ORDER BY issued_at",
      as: (String, String, Int64, String).self
    ).collect()
    return rows.map { id, name, code, reason in
      Order(
        id: id, server: token, user: name,
        action: code == 0 ? .ask : .end(code: UInt16(clamping: code), reason: reason))
    }
  }

  /// Those were carried out.
  func remove(_ orders: [Order]) async throws {
    guard !orders.isEmpty else { return }
    try await database.exec(
      "DELETE FROM chat_orders WHERE id IN (\(each: orders.map(\.id)))")
  }
}
