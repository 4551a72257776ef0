/// The prepared statements of one connection, the least recently used leaving first.
///
/// A class, because changing a struct inside a class is checked for exclusivity at run time, and this
/// happens for every statement. Used by the lease holder alone. A text is known by identity, because
/// the database hands out one ``StatementText`` for equal texts.
final class StatementCache {
  /// A statement that is kept.
  final class Entry {
    let text: StatementText
    let statement: any DriverStatement
    /// Whether it reads or changes rows and does nothing else.
    let isPlain: Bool
    fileprivate var lastUse: UInt64

    fileprivate init(_ text: StatementText, _ statement: any DriverStatement, lastUse: UInt64) {
      self.text = text
      self.statement = statement
      self.lastUse = lastUse
      isPlain = text.use == .data && text.statementCount == 1 && !text.mayChangeSession
    }
  }

  let capacity: Int
  /// Texts above this size have room of their own, so that batches of ever new sizes neither fill the
  /// memory nor drive out what repeats; in bytes. [STMT-1]
  static let largeSize = 4096
  /// How many bytes of large texts are kept.
  static let roomForLarge = 512 * 1024
  private var largeByteCount = 0
  private var entries: [ObjectIdentifier: Entry] = [:]
  // The last statement of each length of text. Unmanaged, because counting references would cost as
  // much as the look-up: what is in here is in `entries` too.
  private let recent: UnsafeMutableBufferPointer<Unmanaged<Entry>?>
  private var clock: UInt64 = 0

  init(capacity: Int) {
    self.capacity = capacity
    recent = .allocate(capacity: 32)
    recent.initialize(repeating: nil)
  }

  deinit {
    recent.deallocate()
  }

  var count: Int { entries.count }

  /// The statement for a text, if it is there.
  func statement(for text: StatementText) -> (any DriverStatement)? {
    if let last = recentEntry(like: text.original),
      last._withUnsafeGuaranteedRef({ $0.text === text })
    {
      return last._withUnsafeGuaranteedRef { $0.statement }
    }
    guard let entry = entries[ObjectIdentifier(text)] else { return nil }
    use(entry)
    return entry.statement
  }

  /// The entry of a text as the application wrote it, if no other of that length was used since.
  ///
  /// It stays valid until the next statement is kept or removed. Nothing is hashed.
  @inline(__always)
  func recentEntry(like sql: String) -> Unmanaged<Entry>? {
    guard let last = recent[place(of: sql)] else { return nil }
    return last._withUnsafeGuaranteedRef { entry in
      guard entry.text.isWritten(sql) else { return nil }
      clock += 1
      entry.lastUse = clock
      return last
    }
  }

  /// Whether a statement of that text is kept at all.
  func takes(_ text: StatementText) -> Bool {
    capacity > 0 && text.isWorthKeeping && text.byteCount <= Self.roomForLarge
  }

  /// Takes large statements out until that text has room too; answers with them, to be closed.
  func makeRoom(for text: StatementText) -> [any DriverStatement] {
    guard text.isLarge else { return [] }
    var leaving: [any DriverStatement] = []
    while largeByteCount + text.byteCount > Self.roomForLarge,
      let oldest = removeOldest(where: \.text.isLarge)
    {
      leaving.append(oldest)
    }
    return leaving
  }

  /// Keeps a statement; answers with the one that had to leave, to be closed.
  func keep(
    _ statement: any DriverStatement, for text: StatementText
  ) -> (any DriverStatement)? {
    let evicted = entries.count >= capacity ? removeOldest() : nil
    let entry = Entry(text, statement, lastUse: clock)
    entries[ObjectIdentifier(text)] = entry
    if text.isLarge { largeByteCount += text.byteCount }
    use(entry)
    return evicted
  }

  /// Forgets a statement that the server no longer knows; answers with it.
  func remove(_ text: StatementText) -> (any DriverStatement)? {
    guard let entry = entries.removeValue(forKey: ObjectIdentifier(text)) else { return nil }
    forget(entry)
    return entry.statement
  }

  /// Empties the cache; answers with what was in it.
  func removeAll() -> [any DriverStatement] {
    recent.update(repeating: nil)
    largeByteCount = 0
    defer { entries.removeAll() }
    return entries.values.map(\.statement)
  }

  @inline(__always)
  private func place(of sql: String) -> Int { sql.utf8.count & (recent.count - 1) }

  private func use(_ entry: Entry) {
    clock += 1
    entry.lastUse = clock
    recent[place(of: entry.text.original)] = .passUnretained(entry)
  }

  private func forget(_ entry: Entry) {
    if entry.text.isLarge { largeByteCount -= entry.text.byteCount }
    let place = place(of: entry.text.original)
    if recent[place]?.toOpaque() == Unmanaged.passUnretained(entry).toOpaque() {
      recent[place] = nil
    }
  }

  // A scan of at most `capacity` entries, only when a new text meets a full cache: cheaper over a
  // program's life than keeping a list in order at every use.
  private func removeOldest(
    where isMeant: (Entry) -> Bool = { _ in true }
  ) -> (any DriverStatement)? {
    var oldest: (key: ObjectIdentifier, value: Entry)?
    for entry in entries
    where isMeant(entry.value) && entry.value.lastUse < oldest?.value.lastUse ?? .max {
      oldest = entry
    }
    guard let oldest else { return nil }
    forget(oldest.value)
    entries[oldest.key] = nil
    return oldest.value.statement
  }
}

extension StatementText {
  /// How long the text is that the engine gets.
  var byteCount: Int { text.utf8.count }

  /// Whether it takes as much room as many others.
  var isLarge: Bool { byteCount > StatementCache.largeSize }
}
