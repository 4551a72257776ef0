import DriverAPI
import DriverMySQL
import DriverPostgres
import DriverSQLite

extension StoredState {
  /// Reads the database that the server keeps at `location`, as `MARCHAT_DB_PATH` names it.
  static func read(_ location: String) async throws -> StoredState {
    let database = try await Database.open(
      location, registry: try DriverRegistry(SQLiteDriver(), PostgresDriver(), MySQLDriver()))
    do {
      let state = try await StoredState(database)
      await database.close()
      return state
    } catch {
      await database.close()
      throw error
    }
  }

  private init(_ database: Database) async throws(DatabaseError) {
    if database.url.scheme.hasPrefix("sqlite") || database.url.scheme == "file" {
      let answers = try await database.query("PRAGMA integrity_check", as: String.self).collect()
      damage = answers.filter { answer in answer != "ok" }
    }
    messages = try await database.query(
      """
      SELECT id, message_id, sender, content, edited, deleted, channel FROM messages ORDER BY id
      """, as: Message.self
    ).collect()
    newestByTime = try await database.query(
      "SELECT message_id FROM messages ORDER BY created_at DESC, id DESC LIMIT 50", as: Int64.self
    ).collect()
    reactions = try await database.query(
      "SELECT message_id, username, emoji FROM message_reactions", as: Reaction.self
    ).collect()
    receipts = try await database.query(
      "SELECT username, message_id FROM read_receipts", as: Receipt.self
    ).collect()
    let last = try await database.query(
      "SELECT username, channel FROM user_channels", as: (String, String).self
    ).collect()
    channels = Dictionary(last) { _, second in second }
  }
}

extension StoredState.Message: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    id = try row.decode(0)
    messageID = try row.decode(1)
    sender = try row.decode(2)
    content = try row.decode(3)
    edited = try row.decode(4)
    deleted = try row.decode(5)
    channel = try row.decode(6)
  }
}

extension StoredState.Reaction: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    messageID = try row.decode(0)
    user = try row.decode(1)
    emoji = try row.decode(2)
  }
}

extension StoredState.Receipt: RowDecodable {
  init(row: borrowing Row) throws(DatabaseError) {
    user = try row.decode(0)
    messageID = try row.decode(1)
  }
}
