/// Every text a database has seen lately, rebound once. [REBIND-1]
///
/// Texts of the same bytes give the identical ``StatementText``, which is what the statement caches of
/// the connections compare.
final class StatementTexts: Sendable {
  private struct State {
    var usual: TextGenerations
    /// Large ones apart, so that batches of ever new sizes do not drive out what repeats. [STMT-1]
    var large: TextGenerations
    /// The last text of each length, so that a repeated literal is found without hashing it: equal
    /// literals are the same bits, which comparing two strings looks at first.
    var latest: [StatementText?] = Array(repeating: nil, count: 128)
  }

  /// What was found out about the tables of upserts.
  let tables = KnownTables()
  private let dialect: Dialect
  private let state: Mutex<State>
  /// How many bytes of large texts make a generation.
  private static let roomForLarge = 1024 * 1024

  init(dialect: Dialect, capacity: Int = 1024) {
    self.dialect = dialect
    state = Mutex(
      State(
        usual: TextGenerations(capacity: capacity, room: .max),
        large: TextGenerations(capacity: capacity, room: Self.roomForLarge)))
  }

  /// The rebound text.
  ///
  /// - Throws: `misuse` as ``Dialect/rebind(_:)``.
  func text(for sql: String) throws(DatabaseError) -> StatementText {
    let place = sql.utf8.count & 127
    let isLarge = sql.utf8.count > StatementCache.largeSize
    let known: StatementText? = state.withLock { state in
      if let text = state.latest[place], text.isWritten(sql) { return text }
      if isLarge { return state.large.text(for: sql) }
      guard let text = state.usual.text(for: sql) else { return nil }
      state.latest[place] = text
      return text
    }
    if let known { return known }
    let text = try dialect.rebind(sql)
    return state.withLock { state in
      // Another task may have been faster; there must be one object for one text.
      isLarge ? state.large.keep(text, for: sql) : state.usual.keep(text, for: sql)
    }
  }
}

/// Two generations of texts instead of an exact order of use: when the young one is full it becomes the
/// old one, so that texts in use survive and texts made up once go.
private struct TextGenerations {
  /// How many texts make a generation.
  let capacity: Int
  /// How many bytes of them, whichever comes first.
  let room: Int
  private var young: [ByteText: StatementText] = [:]
  private var old: [ByteText: StatementText] = [:]
  private var byteCount = 0

  init(capacity: Int, room: Int) {
    self.capacity = capacity
    self.room = room
  }

  mutating func text(for sql: String) -> StatementText? {
    let key = ByteText(sql)
    if let text = young[key] { return text }
    guard let text = old[key] else { return nil }
    return keep(text, for: sql)
  }

  /// Keeps a text, unless one for it is there already; answers with the one that is kept.
  @discardableResult
  mutating func keep(_ text: StatementText, for sql: String) -> StatementText {
    let key = ByteText(sql)
    if let first = young[key] { return first }
    let size = sql.utf8.count
    if young.count >= capacity || byteCount + size > room, !young.isEmpty {
      old = young
      young = [:]
      byteCount = 0
    }
    young[key] = text
    byteCount += size
    return text
  }
}
