import DriverAPI

/// The prepared statements of a pipeline; the least recently used one leaves first.
struct PostgresPipelineCache {
  /// A statement that the server keeps.
  final class Entry {
    let text: StatementText
    let name: String
    fileprivate(set) var lastUse: UInt64 = 0
    /// Known when the answer to the preparing has come; until then values and rows go as text.
    private(set) var description: PostgresDescription?

    private let preparedAt = ContinuousClock.now

    /// Whether it was prepared so lately that an error is hardly that of a schema that has changed since.
    var isRecent: Bool { ContinuousClock.now - preparedAt < .seconds(1) }

    init(_ text: StatementText, _ name: String) {
      self.text = text
      self.name = name
    }

    var shape: PostgresShape { description?.shape ?? .none }

    func learn(_ description: PostgresDescription) { self.description = description }
  }

  private static let capacity = 256
  private var entries: [ObjectIdentifier: Entry] = [:]
  private var newest: Entry?
  private var clock: UInt64 = 0
  private var lastName = 0

  /// The statement of a text, if it was prepared.
  mutating func entry(for text: StatementText) -> Entry? {
    clock += 1
    if let newest, newest.text === text {
      newest.lastUse = clock
      return newest
    }
    guard let entry = entries[ObjectIdentifier(text)] else { return nil }
    entry.lastUse = clock
    newest = entry
    return entry
  }

  /// A statement to be prepared.
  ///
  /// - Returns: it, and the name of one that had to leave for it.
  mutating func add(_ text: StatementText) -> (entry: Entry, evicted: String?) {
    var evicted: String?
    if entries.count >= Self.capacity,
      let oldest = entries.values.min(by: { $0.lastUse < $1.lastUse })
    {
      evicted = oldest.name
      forget(oldest.text)
    }
    lastName += 1
    let entry = Entry(text, "d\(lastName)")
    entry.lastUse = clock
    entries[ObjectIdentifier(text)] = entry
    newest = entry
    return (entry, evicted)
  }

  /// Forgets a statement that does not fit any more, or never was; answers with its name.
  @discardableResult
  mutating func forget(_ text: StatementText) -> String? {
    if newest?.text === text { newest = nil }
    return entries.removeValue(forKey: ObjectIdentifier(text))?.name
  }
}
