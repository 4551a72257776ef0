/// One thing to be measured.
enum Work: String, CaseIterable, Sendable {
  /// Rows by random id, each a statement of its own in autocommit, texts owned.
  case pointSelect = "point-select"
  /// The same with a time limit for each statement and a threshold for slow ones; C and GRDB have none.
  case pointSelectLimited = "point-select-limited"
  /// Rows by random id asked for by 64 tasks at a time; in C by as many threads and connections as there are
  /// processors.
  case pointSelect64 = "point-select-64"
  /// The whole table, texts read where the client library keeps them.
  case streamBorrowed = "stream-borrowed"
  /// The whole table, texts copied.
  case streamOwned = "stream-owned"
  /// Many rows in one transaction, one statement each.
  case insertTransaction = "insert-transaction"
  /// Rows committed one by one by 64 tasks, every commit flushed to the disk.
  case insertAutocommitFull = "insert-autocommit-full"
  /// The same with commits flushed at checkpoints only.
  case insertAutocommitNormal = "insert-autocommit-normal"
  /// Opening the file, one row by id, and closing it.
  case openClose = "open-close"

  /// How many tasks (in C: threads) share the work of an autocommit case.
  static let writerCount = 64
  /// How many tasks read at a time.
  static let readerCount = 64

  /// Whether the work changes the database and so wants a fresh one each time.
  var writes: Bool {
    switch self {
    case .pointSelect, .pointSelectLimited, .pointSelect64, .streamBorrowed, .streamOwned,
      .openClose:
      false
    case .insertTransaction, .insertAutocommitFull, .insertAutocommitNormal: true
    }
  }

  /// The value of `PRAGMA synchronous` the work is done under.
  var synchronous: String { self == .insertAutocommitFull ? "FULL" : "NORMAL" }

  /// What `PRAGMA synchronous` answers under that setting.
  var synchronousLevel: Int64 { self == .insertAutocommitFull ? 2 : 1 }

  /// How many operations a round does at full size; a stream reads whatever the table holds.
  var fullCount: Int {
    switch self {
    case .pointSelect, .pointSelectLimited, .pointSelect64: 100_000
    case .streamBorrowed, .streamOwned: 0
    case .insertTransaction: 200_000
    case .insertAutocommitFull: 1_000
    case .insertAutocommitNormal: 20_000
    case .openClose: 500
    }
  }
}
