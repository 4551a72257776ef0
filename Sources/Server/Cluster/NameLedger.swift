import DequeModule

/// Who of this server's users has which name, and how far the database knows.
///
/// A plain value: ``NameRegistry`` guards one and does the work.
struct NameLedger: Sendable {
  /// A user who is logged in, or about to be.
  struct Seat: Sendable, Equatable {
    var session: SessionID
    var name: UserName
    var channel: String
  }

  /// What the database has under a name of this server.
  private enum Stored: Equatable {
    /// This, and nothing else.
    case row(display: String, channel: String)
    /// Perhaps something: a statement was sent and not answered.
    case unknown
  }

  /// What the database is to be told, each name once.
  struct Work: Sendable {
    /// Names that are free again.
    var releases: [String] = []
    /// Names that are wanted, in order.
    var claims: [Seat] = []
    /// Names whose users went elsewhere or write themselves otherwise.
    var changes: [Seat] = []

    var isEmpty: Bool { releases.isEmpty && claims.isEmpty && changes.isEmpty }
  }

  /// So many names are worked on at a time.
  static let maxWorkCount = 256

  private var seats: [String: Seat] = [:]
  private var stored: [String: Stored] = [:]
  private var queue: Deque<String> = []
  private var queued: Set<String> = []

  /// Whether there is nothing to tell the database.
  var isIdle: Bool { queue.isEmpty }

  /// How many names are wanted.
  var count: Int { seats.count }

  /// A session wants its name. Whoever of this server had it has left.
  mutating func claim(_ seat: Seat) {
    seats[seat.name.key] = seat
    enqueue(seat.name.key)
  }

  /// A session went to another channel.
  mutating func move(_ session: SessionID, _ key: String, to channel: String) {
    guard let seat = seats[key], seat.session == session, seat.channel != channel else { return }
    seats[key]?.channel = channel
    enqueue(key)
  }

  /// A session is over, or is not let in. Of one whose name another has meanwhile it means nothing.
  mutating func release(_ session: SessionID, _ key: String) {
    guard seats[key]?.session == session else { return }
    seats[key] = nil
    enqueue(key)
  }

  /// Who wants a name.
  func seat(_ key: String) -> Seat? { seats[key] }

  /// Whether the database has a row of this server under a name.
  func isStored(_ key: String) -> Bool {
    if case .row = stored[key] { true } else { false }
  }

  /// Whether the database may have one.
  func isKnown(_ key: String) -> Bool { stored[key] != nil }

  /// Looks at a name once more.
  mutating func enqueue(_ key: String) {
    if queued.insert(key).inserted { queue.append(key) }
  }

  /// Takes the next names, except those of `waiting`, which are looked at again when they are put back.
  mutating func takeWork(except waiting: (String) -> Bool) -> Work {
    var work = Work()
    for _ in 0..<min(queue.count, Self.maxWorkCount) {
      let key = queue.removeFirst()
      queued.remove(key)
      add(key, to: &work, isWaiting: waiting(key))
    }
    work.claims.sort { $0.name.key < $1.name.key }
    return work
  }

  private mutating func add(_ key: String, to work: inout Work, isWaiting: Bool) {
    switch (seats[key], stored[key]) {
    case (nil, nil): break
    case (nil, _?):
      stored[key] = .unknown
      work.releases.append(key)
    case (let seat?, .row(let display, let channel)):
      if display != seat.name.display || channel != seat.channel { work.changes.append(seat) }
    case (let seat?, _):
      guard !isWaiting else { break }
      stored[key] = .unknown
      work.claims.append(seat)
    }
  }

  /// Rows are gone.
  mutating func noteReleased(_ keys: [String]) {
    for key in keys {
      stored[key] = nil
      if seats[key] != nil { enqueue(key) }
    }
  }

  /// Rows are there as `seats` say.
  mutating func noteStored(_ seats: [Seat]) {
    for seat in seats {
      stored[seat.name.key] = .row(display: seat.name.display, channel: seat.channel)
      // Whoever left or moved meanwhile.
      enqueue(seat.name.key)
    }
  }

  /// Rows are this server's, with whatever is in them.
  mutating func noteOwn(_ keys: [String]) {
    for key in keys {
      // No user is called so: it will be changed to what it should be.
      stored[key] = .row(display: "", channel: "")
      enqueue(key)
    }
  }

  /// A name is another server's.
  mutating func noteTaken(_ key: String) { stored[key] = nil }

  /// Work that failed is done again.
  mutating func putBack(_ work: Work) {
    for key in work.releases { enqueue(key) }
    for seat in work.claims + work.changes { enqueue(seat.name.key) }
  }
}
