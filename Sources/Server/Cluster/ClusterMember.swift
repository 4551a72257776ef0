import DriverAPI

/// A server that shares the database, as its row tells.
struct ClusterMember: Sendable, Equatable {
  /// What tells this run of the server from every other.
  var token: String
  var name: String
  var host: String
  var process: String
  var address: String
  var version: String
  /// The version of the schema that it was written for.
  var schemaVersion: Int
  /// How many users were logged in at its last sign of life.
  var clientCount: Int
  var startedAt: WireTime
  /// How old its last sign of life was when the row was read, by the database's clock.
  var age: Duration
  /// Whether its names were given away.
  var isLost: Bool
  /// The number of its signs of life.
  var beat: Int64
  /// How often those who are logged in there have changed.
  var peopleChanges: Int64
  /// How often it has changed who is banned.
  var banChanges: Int64
  /// How often others have asked something of it.
  var orderChanges: Int64
  /// How far its clock was ahead of the database's.
  var clockDifference: Duration
  /// How far it was behind with what other servers store; nil where it does not say.
  var feedLag: Duration?

  /// Whether it has its names.
  func isAlive(within lifetime: Duration) -> Bool { !isLost && age <= lifetime }
}

extension ClusterMember: RowDecodable {
  /// The columns in the order in which they are read; the database's time comes last.
  static func columns(_ dialect: Dialect) -> SQL {
    """
    server, name, host, process, address, version, schema_version, clients, started_at, \
    renewed_at, lost_at, beat, people, bans, orders, clock_difference, feed_lag, \
    \(raw: dialect.currentTimestamp)
    """
  }

  /// The column of the database's time.
  static let nowIndex = 17

  init(row: borrowing Row) throws(DatabaseError) {
    token = try row.decode(0)
    name = try row.decode(1)
    host = try row.decode(2)
    process = try row.decode(3)
    address = try row.decode(4)
    version = try row.decode(5)
    schemaVersion = try row.decode(6)
    clientCount = try row.decode(7)
    startedAt = try row.decode(8)
    let renewedAt: WireTime = try row.decode(9)
    isLost = try row.decode(10, as: WireTime?.self) != nil
    beat = try row.decode(11)
    peopleChanges = try row.decode(12)
    banChanges = try row.decode(13)
    orderChanges = try row.decode(14)
    clockDifference = .microseconds(try row.decode(15, as: Int64.self))
    feedLag = try row.decode(16, as: Int64?.self).map { .microseconds($0) }
    let now: WireTime = try row.decode(Self.nowIndex)
    age = .microseconds(now.microseconds - renewedAt.microseconds)
  }
}
