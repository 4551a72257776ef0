/// One thing to be measured on a server.
enum ServerWork: String, CaseIterable, Sendable {
  /// Rows by random id, one after another on a connection that is leased throughout, texts owned.
  case pointSelectLeased = "point-select-leased"
  /// Rows by id, wanted by 64 tasks at once, each a statement of its own, texts owned.
  case pointSelect64 = "point-select-64"
  /// The whole table, texts read where the client library keeps them.
  case streamBorrowed = "stream-borrowed"
  /// The whole table, texts copied.
  case streamOwned = "stream-owned"
  /// Many rows at once by the fastest way the server has, in one transaction.
  case bulk
  /// A connection of its own for one row by id: connect, select, close.
  case connect
  /// Many rows, one statement each, in batches that are transactions of their own.
  case batch
  /// The same within one transaction.
  case batchInTransaction = "batch-in-transaction"

  /// How many statements a batch has.
  static let batchSize = 1000

  /// How many tasks share the work of ``pointSelect64``.
  static let taskCount = 64

  /// Whether the work fills the empty table.
  var writes: Bool { self == .bulk || self == .batch || self == .batchInTransaction }

  /// How many operations a round does at full size; a stream reads whatever the table holds.
  func fullCount(on engine: Engine) -> Int {
    switch self {
    case .pointSelectLeased: 20_000
    case .pointSelect64: engine == .postgres ? 100_000 : 40_000
    case .streamBorrowed, .streamOwned: 0
    case .bulk, .batch, .batchInTransaction: 100_000
    case .connect: 200
    }
  }
}
