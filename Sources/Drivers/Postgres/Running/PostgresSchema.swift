import CPostgres
import DriverAPI
import struct Synchronization.Atomic

/// What a session knows of changes of the schema, from the answers to statements of this process: what
/// was prepared before one is prepared again. [STMT-3]
///
/// What other processes change shows in errors only; inside a transaction those spoil it, so that what
/// can be known is worth knowing.
struct PostgresSchema {
  private let shared: PostgresSchemaClock
  private var ownChanges: UInt64 = 0
  /// The transaction has changed the schema: others see that when it commits, and nobody if it does not.
  private var hasChanged = false
  private var hasRemoved = false
  private var wasRolledBack = false
  /// A note was taken of a statement that has not ended yet.
  private(set) var awaitsEnd = false

  init(_ clock: PostgresSchemaClock) { shared = clock }

  /// Another one after each change.
  @inline(__always)
  var version: UInt64 { ownChanges &+ shared.time.load(ordering: .relaxed) }

  /// An error has told of a change that others made: what this process has prepared is all in doubt.
  mutating func noteOutdated() { shared.time.add(1, ordering: .relaxed) }

  /// Takes note of what a statement was, by the tag of its answer.
  @inline(__always)
  mutating func note(_ tag: UnsafePointer<CChar>) {
    switch (UInt8(bitPattern: tag[0]), UInt8(bitPattern: tag[1])) {
    // ALTER, CREATE, DROP, COMMIT, ROLLBACK
    case (UInt8(ascii: "A"), _), (UInt8(ascii: "C"), UInt8(ascii: "R")),
      (UInt8(ascii: "D"), UInt8(ascii: "R")), (UInt8(ascii: "C"), UInt8(ascii: "O")),
      (UInt8(ascii: "R"), UInt8(ascii: "O")):
      noteChange(String(cString: tag))
    default: break
    }
  }

  private mutating func noteChange(_ tag: String) {
    if tag.hasPrefix("ALTER") {
      hasChanged = true
      ownChanges &+= 1
    } else if tag.hasPrefix("DROP") {
      hasRemoved = true
    } else if tag.hasPrefix("CREATE"), hasRemoved {
      // Made anew within a transaction, and perhaps otherwise. Where there is none an error tells, and
      // does no harm.
      hasChanged = true
      ownChanges &+= 1
    } else if tag == "ROLLBACK", hasChanged {
      wasRolledBack = true
      ownChanges &+= 1
    }
    awaitsEnd = hasChanged || hasRemoved
  }

  /// The statement has ended, perhaps with its transaction.
  mutating func end(isInTransaction: Bool) {
    awaitsEnd = false
    defer { wasRolledBack = false }
    if isInTransaction { return }
    if hasChanged, !wasRolledBack { shared.time.add(1, ordering: .relaxed) }
    hasChanged = false
    hasRemoved = false
  }
}

/// Counts the changes of one database's schema that this process has made.
final class PostgresSchemaClock: Sendable {
  let time = Atomic<UInt64>(0)

  private static let clocks = Mutex<[String: PostgresSchemaClock]>([:])

  /// The one clock of a database; there are as many as the process has used databases.
  static func of(_ link: PostgresLink) -> PostgresSchemaClock {
    let database = PQdb(link.handle).map { String(cString: $0) } ?? ""
    return clocks.withLock { clocks in
      let name = "\(link.host)/\(database)"
      if let clock = clocks[name] { return clock }
      let clock = PostgresSchemaClock()
      clocks[name] = clock
      return clock
    }
  }
}
