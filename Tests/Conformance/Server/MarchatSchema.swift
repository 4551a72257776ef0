import DriverAPI

/// The tables as a marchat v1 server creates them on each engine.
enum MarchatSchema {
  /// The statements that create them.
  static func script(for dialect: Dialect) -> String {
    var script = ddl
    for (name, type) in types(dialect.name) { script.replace("{\(name)}", with: type) }
    return script
  }

  private static func types(_ engine: String) -> KeyValuePairs<String, String> {
    switch engine {
    case "postgres":
      [
        "id": "BIGSERIAL PRIMARY KEY", "time": "TIMESTAMPTZ", "blob": "BYTEA", "text": "TEXT",
        "key": "TEXT", "prefix": "",
      ]
    case "mysql", "mariadb":
      [
        "id": "BIGINT PRIMARY KEY AUTO_INCREMENT", "time": "DATETIME", "blob": "LONGBLOB",
        "text": "LONGTEXT", "key": "VARCHAR(191)", "prefix": "(191)",
      ]
    default:
      [
        "id": "INTEGER PRIMARY KEY AUTOINCREMENT", "time": "DATETIME", "blob": "BLOB",
        "text": "TEXT", "key": "TEXT", "prefix": "",
      ]
    }
  }

  private static let ddl = """
    CREATE TABLE schema_version (version INTEGER PRIMARY KEY,
      applied_at {time} NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE messages (id {id}, sender {text}, content {text}, created_at {time},
      is_encrypted BOOLEAN DEFAULT FALSE, message_id INTEGER NOT NULL DEFAULT 0,
      edited BOOLEAN DEFAULT FALSE, deleted BOOLEAN DEFAULT FALSE, pinned BOOLEAN DEFAULT FALSE,
      encrypted_data {blob}, nonce {blob}, recipient {text},
      channel {key} NOT NULL DEFAULT 'general');
    CREATE INDEX idx_messages_created_at ON messages(created_at);
    CREATE INDEX idx_messages_recipient ON messages(recipient{prefix});
    CREATE TABLE user_message_state (username {key} PRIMARY KEY,
      last_message_id INTEGER NOT NULL DEFAULT 0,
      last_seen {time} NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE ban_history (id {id}, username {key} NOT NULL,
      banned_at {time} NOT NULL DEFAULT CURRENT_TIMESTAMP, unbanned_at {time},
      banned_by {key} NOT NULL, expires_at {time});
    CREATE TABLE message_reactions (id {id}, message_id INTEGER NOT NULL,
      username {key} NOT NULL, emoji {key} NOT NULL,
      created_at {time} NOT NULL DEFAULT CURRENT_TIMESTAMP,
      UNIQUE(message_id, username, emoji));
    CREATE TABLE user_channels (username {key} NOT NULL PRIMARY KEY, channel {key} NOT NULL,
      updated_at {time} NOT NULL DEFAULT CURRENT_TIMESTAMP);
    CREATE TABLE read_receipts (username {key} NOT NULL, message_id INTEGER NOT NULL,
      read_at {time} NOT NULL DEFAULT CURRENT_TIMESTAMP, PRIMARY KEY(username, message_id));
    """
}
