import DriverAPI

/// The table of who is logged in on which server, each name once.
///
/// Every statement stands alone, as in ``ServerRegistry``.
struct NameTable: Sendable {
  /// Who has a name.
  struct Holder: Sendable {
    var key: String
    var server: String
  }

  let database: Database
  /// This server.
  let token: String

  /// Takes names that are free.
  ///
  /// - Returns: how many are this server's now that nobody had.
  func claim(_ seats: [NameLedger.Seat]) async throws -> Int {
    guard !seats.isEmpty else { return 0 }
    return try await database.insertIgnore(
      into: ClusterTables.sessions, columns: ["name", "display", "server", "channel"],
      key: ["name"],
      seats.map {
        [.text($0.name.key), .text($0.name.display), .text(token), .text($0.channel)]
      })
  }

  /// Who has those names; nobody has those that are missing.
  func holders(of keys: [String]) async throws -> [Holder] {
    let rows = try await database.query(
      "SELECT name, server FROM chat_sessions WHERE name IN (\(each: keys))",
      as: (String, String).self
    ).collect()
    return rows.map { Holder(key: $0.0, server: $0.1) }
  }

  /// Gives names back.
  func release(_ keys: [String]) async throws {
    guard !keys.isEmpty else { return }
    try await database.exec(
      "DELETE FROM chat_sessions WHERE server = \(token) AND name IN (\(each: keys))")
  }

  /// Notes where users of this server are and how they write themselves.
  func change(_ seats: [NameLedger.Seat]) async throws {
    for (channel, group) in Dictionary(grouping: seats, by: \.channel) {
      let displays = group.map { "WHEN name = \($0.name.key) THEN \($0.name.display) " as SQL }
      let cases = displays.reduce("") { "\($0)\($1)" as SQL }
      try await database.exec(
        """
        UPDATE chat_sessions SET channel = \(channel), display = CASE \(cases) ELSE display END \
        WHERE server = \(token) AND name IN (\(each: group.map(\.name.key)))
        """)
    }
  }

  /// Who is logged in on other servers, with the server.
  func others() async throws -> [(server: String, user: DistantUser)] {
    let rows = try await database.query(
      "SELECT name, display, server, channel FROM chat_sessions WHERE server <> \(token)",
      as: (String, String, String, String).self
    ).collect()
    return rows.map {
      ($0.2, DistantUser(name: UserName(display: $0.1, key: $0.0), channel: $0.3))
    }
  }
}
