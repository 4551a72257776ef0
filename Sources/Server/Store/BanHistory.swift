import DriverAPI

/// A time during which a user was kept out, without its ends.
struct BanGap: Sendable, Hashable {
  var start: WireTime
  var end: WireTime
}

/// Reads `ban_history`.
struct BanHistory {
  /// Where it is read.
  let connection: Connection

  /// The bans and kicks that nobody has lifted. The newest row of each user decides.
  func openBans() async throws -> BanList {
    let rows = try await connection.query(
      """
      SELECT username, expires_at FROM ban_history WHERE unbanned_at IS NULL ORDER BY id DESC
      """, as: (String, WireTime?).self
    ).collect()
    var entries: [String: BanList.Term] = [:]
    for (name, expiry) in rows where entries[UserName(name).key] == nil {
      entries[UserName(name).key] = expiry.map { .until($0) } ?? .permanent
    }
    return BanList(entries)
  }

  /// When a user was kept out: from each ban until it was lifted, ran out, or now.
  func gaps(of user: UserName, until now: WireTime) async throws -> [BanGap] {
    let rows = try await connection.query(
      """
      SELECT banned_at, unbanned_at, expires_at FROM ban_history \
      WHERE username = \(user.key) ORDER BY banned_at
      """, as: (WireTime, WireTime?, WireTime?).self
    ).collect()
    var gaps: [BanGap] = []
    for (start, lifted, expired) in rows {
      let end = min(lifted ?? now, expired ?? now, now)
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
