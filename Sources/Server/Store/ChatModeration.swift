import DriverAPI

/// What administrators do to users, on whichever server they are logged in. Commands hang on here.
struct ChatModeration: Sendable {
  let database: Database
  let room: ChatRoom

  /// Keeps a user out from now on, and ends his session.
  ///
  /// - Parameters:
  ///   - end: when he may come back; nil if that has to be allowed.
  ///   - admin: who wants it, as shown.
  func ban(_ user: UserName, until end: WireTime? = nil, by admin: String) async throws {
    try await database.transaction(retrying: RetryPolicy()) { transaction in
      try await lift(user, in: transaction)
      try await transaction.exec(
        "INSERT INTO ban_history (username, banned_at, banned_by, expires_at) VALUES (?, ?, ?, ?)",
        user.key, WireTime.now, admin, end)
      try await transaction.exec("DELETE FROM user_message_state WHERE username = ?", user.key)
    }
    try await tell()
  }

  /// Lets a user in again who was kept out.
  ///
  /// - Returns: whether he was.
  func lift(_ user: UserName) async throws -> Bool {
    let isLifted = try await database.transaction(retrying: RetryPolicy()) { transaction in
      try await lift(user, in: transaction)
    }
    if isLifted { try await tell() }
    return isLifted
  }

  /// Ends the session of a user, wherever he is logged in. He may come back.
  ///
  /// - Returns: whether he was logged in.
  func endSession(of user: UserName, reason: String) async throws -> Bool {
    let code = CloseCode.policyViolation
    if room.endSession(of: user, code: code, reason: reason) { return true }
    guard let company = room.company else { return false }
    return try await company.endSession(of: user, code: code, reason: reason)
  }

  @discardableResult
  private func lift(_ user: UserName, in transaction: Transaction) async throws -> Bool {
    try await transaction.exec(
      "UPDATE ban_history SET unbanned_at = ? WHERE LOWER(username) = ? AND unbanned_at IS NULL",
      WireTime.now, user.key
    ).rowCount > 0
  }

  private func tell() async throws {
    room.keepOut(try await BanHistory.openBans(in: database, room.logger))
    try await room.company?.announceBans()
  }
}
