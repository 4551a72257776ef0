/// The prepared statements of one connection, the least recently used leaving first.
///
/// A class, because changing a struct inside a class is checked for exclusivity at run time, and this
/// happens for every statement. Used by the lease holder alone. A text is known by identity, because the database hands out one
/// ``StatementText`` for equal texts; comparing two pointers is all that a repeated statement costs.
final class StatementCache {
  private final class Entry {
    let text: StatementText
    let statement: any DriverStatement
    var lastUse: UInt64

    init(text: StatementText, statement: any DriverStatement, lastUse: UInt64) {
      self.text = text
      self.statement = statement
      self.lastUse = lastUse
    }
  }

  let capacity: Int
  private var entries: [ObjectIdentifier: Entry] = [:]
  private var newest: Entry?
  private var clock: UInt64 = 0

  init(capacity: Int) {
    self.capacity = capacity
  }

  var count: Int { entries.count }

  /// The statement for a text, if it is there.
  func statement(for text: StatementText) -> (any DriverStatement)? {
    clock += 1
    if let newest, newest.text === text {
      newest.lastUse = clock
      return newest.statement
    }
    guard let entry = entries[ObjectIdentifier(text)] else { return nil }
    entry.lastUse = clock
    newest = entry
    return entry.statement
  }

  /// Keeps a statement; answers with the one that had to leave, to be closed.
  func keep(
    _ statement: any DriverStatement, for text: StatementText
  ) -> (any DriverStatement)? {
    let evicted = entries.count >= capacity ? removeOldest() : nil
    let entry = Entry(text: text, statement: statement, lastUse: clock)
    entries[ObjectIdentifier(text)] = entry
    newest = entry
    return evicted
  }

  /// Forgets a statement that the server no longer knows; answers with it.
  func remove(_ text: StatementText) -> (any DriverStatement)? {
    if newest?.text === text { newest = nil }
    return entries.removeValue(forKey: ObjectIdentifier(text))?.statement
  }

  /// Empties the cache; answers with what was in it.
  func removeAll() -> [any DriverStatement] {
    defer {
      entries.removeAll()
      newest = nil
    }
    return entries.values.map(\.statement)
  }

  // A scan of at most `capacity` entries, only when a new text meets a full cache: cheaper over a
  // program's life than keeping a list in order at every use.
  private func removeOldest() -> (any DriverStatement)? {
    let oldest = entries.min { $0.value.lastUse < $1.value.lastUse }
    guard let oldest else { return nil }
    if newest === oldest.value { newest = nil }
    entries[oldest.key] = nil
    return oldest.value.statement
  }
}
