/// Every text a database has seen lately, rebound once. [REBIND-1]
///
/// Texts of the same bytes give the identical ``StatementText``, which is what the statement caches of
/// the connections compare. Two generations instead of an exact order of use: when the young one is full
/// it becomes the old one, so that texts in use survive and texts made up once go.
final class StatementTexts: Sendable {
  private struct State {
    var young: [ByteText: StatementText] = [:]
    var old: [ByteText: StatementText] = [:]
    /// The last text of each length, so that a repeated literal is found without hashing it: equal
    /// literals are the same bits, which comparing two strings looks at first.
    var latest: [StatementText?] = Array(repeating: nil, count: 128)
  }

  /// What was found out about the tables of upserts.
  let tables = KnownTables()
  private let dialect: Dialect
  private let capacity: Int
  private let state = Mutex(State())

  init(dialect: Dialect, capacity: Int = 1024) {
    self.dialect = dialect
    self.capacity = capacity
  }

  /// The rebound text.
  ///
  /// - Throws: `misuse` as ``Dialect/rebind(_:)``.
  func text(for sql: String) throws(DatabaseError) -> StatementText {
    let place = sql.utf8.count & 127
    let known: StatementText? = state.withLock { state in
      if let text = state.latest[place], text.isWritten(sql) { return text }
      let key = ByteText(sql)
      if let text = state.young[key] {
        state.latest[place] = text
        return text
      }
      guard let text = state.old[key] else { return nil }
      keep(text, sql, &state)
      return text
    }
    if let known { return known }
    let text = try dialect.rebind(sql)
    return state.withLock { state in
      // Another task may have been faster; there must be one object for one text.
      if let first = state.young[ByteText(sql)] { return first }
      keep(text, sql, &state)
      return text
    }
  }

  private func keep(_ text: StatementText, _ sql: String, _ state: inout State) {
    if state.young.count >= capacity {
      state.old = state.young
      state.young = [:]
    }
    state.young[ByteText(sql)] = text
  }
}
