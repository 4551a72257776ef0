import DriverAPI

/// The table of the servers that share a database.
///
/// Every statement stands alone: a server that is stopped between two statements of a transaction would
/// keep its locks for as long, and the others from freeing its names.
struct ServerRegistry: Sendable {
  /// What a server tells with a sign of life.
  struct Beat: Sendable {
    var clientCount = 0
    var clockDifference = Duration.zero
    var feedLag: Duration?
    /// Whether others have to read anew who is logged in here.
    var hasNewPeople = false
    /// Whether others have to read anew who is banned.
    var hasNewBans = false
  }

  private struct Reading: RowDecodable, Sendable {
    var member: ClusterMember
    var now: WireTime

    init(row: borrowing Row) throws(DatabaseError) {
      member = try ClusterMember(row: row)
      now = try row.decode(ClusterMember.nowIndex)
    }
  }

  let database: Database

  private var now: SQL { "\(raw: database.dialect.currentTimestamp)" }

  /// Adds the row of a new run.
  func enter(_ token: String, _ identity: ServerIdentity, schemaVersion: Int) async throws {
    let texts = [
      identity.name, identity.host, identity.process, identity.address, identity.version,
    ].map {
      String(String.UnicodeScalarView($0.unicodeScalars.prefix(ClusterTables.maxScalarCount)))
    }
    try await database.exec(
      """
      INSERT INTO chat_servers (server, name, host, process, address, version, schema_version, \
      started_at, renewed_at) VALUES (\(token), \(each: texts), \(schemaVersion), \(now), \(now))
      """)
  }

  /// A sign of life.
  ///
  /// - Returns: false if the names of this run were given away.
  func beat(_ token: String, _ beat: Beat) async throws -> Bool {
    let lag = beat.feedLag.map { Int64($0 / .microseconds(1)) }
    let (people, bans) = (beat.hasNewPeople ? 1 : 0, beat.hasNewBans ? 1 : 0)
    let result = try await database.exec(
      """
      UPDATE chat_servers SET renewed_at = \(now), beat = beat + 1, clients = \(beat.clientCount), \
      clock_difference = \(Int64(beat.clockDifference / .microseconds(1))), feed_lag = \(lag), \
      people = people + \(people), bans = bans + \(bans) WHERE server = \(token) AND lost_at IS NULL
      """)
    return result.rowCount == 1
  }

  /// All servers, and how far this machine's clock is ahead of the database's; nil if there is none.
  func members() async throws -> (members: [ClusterMember], clockDifference: Duration?) {
    let start = WireTime.now.microseconds
    let readings = try await database.query(
      "SELECT \(ClusterMember.columns(database.dialect)) FROM chat_servers", as: Reading.self
    ).collect()
    // The database looked at its clock somewhere in between.
    let middle = (start + WireTime.now.microseconds) / 2
    return (
      readings.map(\.member),
      readings.first.map { .microseconds(middle - $0.now.microseconds) }
    )
  }

  /// Takes its names from a server that gives no sign of life any more. One that gave one meanwhile keeps
  /// them.
  ///
  /// - Returns: whether its names were taken by this call.
  func bury(_ member: ClusterMember) async throws -> Bool {
    let result = try await database.exec(
      """
      UPDATE chat_servers SET lost_at = \(now) WHERE server = \(member.token) \
      AND beat = \(member.beat) AND lost_at IS NULL
      """)
    return result.rowCount == 1
  }

  /// Frees the names of a run that was buried, or ends by itself. From then on it can store nothing either.
  ///
  /// Waits for a batch that it is in the middle of.
  func dispossess(_ token: String) async throws {
    try await BatchLedger.remove(token, from: database)
    try await clear(token)
  }

  private func clear(_ token: String) async throws {
    while true {
      // By name, which locks those rows and no others.
      let names = try await database.query(
        database.dialect.paged(
          "SELECT name FROM chat_sessions WHERE server = \(token) ORDER BY name", limit: 500),
        as: String.self
      ).collect()
      guard !names.isEmpty else { break }
      try await database.exec(
        "DELETE FROM chat_sessions WHERE server = \(token) AND name IN (\(each: names))")
    }
    try await database.exec("DELETE FROM chat_orders WHERE server = \(token)")
  }

  /// Removes a run with all that it has left behind.
  func remove(_ token: String) async throws {
    try await dispossess(token)
    try await database.exec("DELETE FROM chat_servers WHERE server = \(token)")
  }
}
