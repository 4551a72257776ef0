import DriverAPI
import Logging

/// A time during which a user was kept out, without its ends.
struct BanGap: Sendable, Hashable {
  var start: WireTime
  var end: WireTime
}

/// Reads `ban_history`.
struct BanHistory {
  /// Where it is read.
  let connection: Connection
  /// Where rows go that cannot be read.
  let unreadable: UnreadableRows

  /// The bans and kicks that nobody has lifted. The newest row of each user decides.
  func openBans() async throws -> BanList {
    let rows = try await connection.query(
      """
      SELECT id, username, expires_at FROM ban_history WHERE unbanned_at IS NULL ORDER BY id DESC
      """, as: ReadableRow<OpenBan>.self
    ).collect()
    var entries: [String: BanList.Term] = [:]
    for ban in unreadable.leaveOut(of: "ban_history", rows) where entries[ban.user] == nil {
      if let error = ban.error { unreadable.note("ban_history", ban.id, error) }
      entries[ban.user] = ban.term
    }
    return BanList(entries)
  }

  /// Those of a database, read on a connection of their own.
  static func openBans(in database: Database, _ logger: Logger) async throws -> BanList {
    try await database.withConnection(.reader) { connection in
      try await BanHistory(connection: connection, unreadable: UnreadableRows(logger)).openBans()
    }
  }

  /// When a user was kept out: from each ban until it was lifted, ran out, or now.
  func gaps(of user: UserName, until now: WireTime) async throws -> [BanGap] {
    let rows = try await connection.query(
      """
      SELECT id, banned_at, unbanned_at, expires_at FROM ban_history \
      WHERE LOWER(username) = \(user.key)
      """, as: ReadableRow<PastBan>.self
    ).collect()
    // Sorted here: times may be texts, and in a database that marchat began they are in several
    // forms and zones, which letters do not put in order.
    let bans = unreadable.leaveOut(of: "ban_history", rows).sorted { $0.start < $1.start }
    var gaps: [BanGap] = []
    for ban in bans {
      let start = ban.start
      let end = min(ban.lifted ?? now, ban.expired ?? now, now)
      guard start < end else { continue }
      if let last = gaps.last, start <= last.end {
        gaps[gaps.count - 1].end = max(last.end, end)
      } else {
        gaps.append(BanGap(start: start, end: end))
      }
    }
    return gaps
  }
}

/// A ban that nobody has lifted.
private struct OpenBan: RowDecodable, Sendable {
  var id: Int64
  var user: String
  var term: BanList.Term
  /// Why its end cannot be read, if it cannot.
  var error: DatabaseError?

  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0, as: Int64.self)
    user = UserName(try row.decode(1, as: String.self)).key
    do throws(DatabaseError) {
      term = try row.decode(2, as: WireTime?.self).map { .until($0) } ?? .permanent
    } catch {
      guard error.kind == .decoding else { throw error }
      // Whoever was banned stays out until somebody says otherwise.
      term = .permanent
      self.error = error
    }
  }
}

/// A ban of any time.
private struct PastBan: RowDecodable, Sendable {
  var start: WireTime
  var lifted: WireTime?
  var expired: WireTime?

  init(row: borrowing Row) throws(DatabaseError) {
    start = try row.decode(1, as: WireTime.self)
    lifted = try row.decode(2, as: WireTime?.self)
    expired = try row.decode(3, as: WireTime?.self)
  }
}

extension BanGap {
  /// Whether something that was said then was said during the gap.
  func contains(_ time: WireTime) -> Bool { start < time && time < end }

  /// Those that the database itself can leave out, by a condition on `created_at`.
  ///
  /// - Parameter slack: how far times may be from what they seem to be where the database compares
  ///   them as texts; those near the ends are judged when they were read.
  func exclusion(slack: Int64) -> SQL? {
    let (from, to) = (start.microseconds + slack, end.microseconds - slack)
    guard from < to else { return nil }
    return """
      NOT (created_at > \(WireTime(microseconds: from)) \
      AND created_at < \(WireTime(microseconds: to)))
      """
  }
}
