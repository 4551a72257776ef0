import DriverAPI

/// What statements can leave behind in a session, in the words of an engine. [POOL-4]
public struct SessionLeak: Sendable {
  /// Leaves it behind; run one after another on one connection.
  public var words: [String]
  /// A query whose only value tells whether it is there.
  public var question: String

  /// Statements, and the query that finds out about them.
  public init(_ words: String..., toldBy question: String) {
    self.words = words
    self.question = question
  }
}

extension SessionLeak {
  /// Those of the engines that are known here, for a database with the table `items`.
  static func known(to server: ServerFacts) -> [SessionLeak] {
    switch server.dialect.name {
    case "sqlite": sqlite
    case "postgres": postgres
    case "mysql": mysql
    case "mariadb": mysql + mariadb
    default: []
    }
  }

  /// A table of the session that hides the one of the database.
  private static let hidingTable = SessionLeak(
    "CREATE TEMPORARY TABLE items (id INTEGER)", toldBy: "SELECT COUNT(*) FROM items")

  private static let sqlite: [SessionLeak] =
    [hidingTable]
    + [
      "locking_mode=EXCLUSIVE", "query_only=1", "foreign_keys=0", "cache_size=77", "temp_store=2",
      "synchronous=0", "recursive_triggers=1", "reverse_unordered_selects=1",
      "ignore_check_constraints=1", "automatic_index=0", "read_uncommitted=1", "secure_delete=FAST",
      "legacy_alter_table=1", "cell_size_check=1", "max_page_count=100000", "mmap_size=65536",
      "journal_size_limit=1000", "wal_autocheckpoint=5", "busy_timeout=5", "trusted_schema=0",
      "fullfsync=1", "checkpoint_fullfsync=1", "analysis_limit=5", "cache_spill=0", "threads=1",
      "defer_foreign_keys=1",
    ].map { setting in
      SessionLeak(
        "PRAGMA \(setting)", toldBy: "PRAGMA " + setting.prefix { $0 != "=" })
    } + [
      SessionLeak("PRAGMA case_sensitive_like=1", toldBy: "SELECT 'A' LIKE 'a'"),
      SessionLeak(
        "ATTACH ':memory:' AS passing", toldBy: "SELECT COUNT(*) FROM pragma_database_list"),
      SessionLeak(
        "CREATE TEMP TABLE passing (id INTEGER)",
        toldBy: "SELECT COUNT(*) FROM temp.sqlite_schema WHERE name = 'passing'"),
      SessionLeak(
        "ATTACH ':memory:' AS \"pass\"\"ing\"",
        toldBy: "SELECT COUNT(*) FROM pragma_database_list WHERE name = 'pass\"ing'"),
    ]
    + [
      "TABLE \"pass\"\"ing\" (id INTEGER)", "VIEW passing AS SELECT 1",
      "TRIGGER passing AFTER INSERT ON items BEGIN SELECT 1; END",
    ].map { SessionLeak("CREATE TEMP \($0)", toldBy: "SELECT COUNT(*) FROM temp.sqlite_schema") }

  private static let tenant = "SELECT COALESCE(current_setting('app.tenant', true), '')"

  private static let postgres = [
    hidingTable,
    SessionLeak("SELECT set_config('app.tenant', 'alice', false)", toldBy: tenant),
    SessionLeak("SELECT pg_catalog.set_config('app.tenant', 'alice', false)", toldBy: tenant),
    SessionLeak("SELECT \"set_config\"('app.tenant', 'alice', false)", toldBy: tenant),
    SessionLeak(
      "WITH a AS (SELECT set_config('app.tenant', 'alice', false)) SELECT * FROM a", toldBy: tenant),
    SessionLeak(
      "UPDATE items SET name = set_config('app.tenant', 'alice', false)", toldBy: tenant),
    SessionLeak("DO $$ BEGIN PERFORM set_config('app.tenant', 'a', false); END $$", toldBy: tenant),
    SessionLeak(
      "CREATE OR REPLACE FUNCTION choose() RETURNS integer LANGUAGE plpgsql "
        + "AS $$ BEGIN SET app.tenant = 'alice'; RETURN 1; END $$", "SELECT choose()",
      toldBy: tenant),
    SessionLeak(
      "CREATE OR REPLACE FUNCTION note() RETURNS integer LANGUAGE plpgsql "
        + "AS $$ BEGIN CREATE TEMP TABLE passing (id integer); RETURN 1; END $$", "SELECT note()",
      toldBy: "SELECT to_regclass('pg_temp.passing') IS NULL"),
    // Named like functions of other engines, or like those of this one by half.
    SessionLeak(
      "CREATE OR REPLACE FUNCTION uuid() RETURNS integer LANGUAGE plpgsql "
        + "AS $$ BEGIN SET app.tenant = 'alice'; RETURN 1; END $$", "SELECT uuid()",
      toldBy: tenant),
    SessionLeak(
      "CREATE OR REPLACE FUNCTION json_note() RETURNS integer LANGUAGE plpgsql "
        + "AS $$ BEGIN SET app.tenant = 'alice'; RETURN 1; END $$", "SELECT json_note()",
      toldBy: tenant),
    SessionLeak(
      "SELECT 1 AS id INTO TEMP passing", toldBy: "SELECT to_regclass('pg_temp.passing') IS NULL"),
    SessionLeak("SET search_path TO pg_catalog", toldBy: "SHOW search_path"),
    SessionLeak("SELECT pg_advisory_lock(4711)", toldBy: advisoryLocks),
    SessionLeak("SELECT pg_try_advisory_lock_shared(4711)", toldBy: advisoryLocks),
    SessionLeak("LISTEN news", toldBy: "SELECT COUNT(*) FROM pg_listening_channels()"),
    SessionLeak(
      "PREPARE passing AS SELECT 1",
      toldBy: "SELECT COUNT(*) FROM pg_prepared_statements WHERE name = 'passing'"),
    SessionLeak(
      "DECLARE passing CURSOR WITH HOLD FOR SELECT 1", toldBy: "SELECT COUNT(*) FROM pg_cursors"),
  ]

  private static let advisoryLocks =
    "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"

  private static let variable = "SELECT CAST(COALESCE(@tenant, '') AS CHAR)"

  private static let mysql = [
    hidingTable,
    SessionLeak("SELECT @tenant := 'alice'", toldBy: variable),
    SessionLeak("SELECT 'alice' INTO @tenant", toldBy: variable),
    SessionLeak("SET @tenant = 'alice'", toldBy: variable),
    SessionLeak("UPDATE items SET name = (@tenant := 'alice')", toldBy: variable),
    SessionLeak(
      "SELECT GET_LOCK(CONCAT('passing', DATABASE()), 0)",
      toldBy: "SELECT IS_FREE_LOCK(CONCAT('passing', DATABASE()))"),
    SessionLeak("USE information_schema", toldBy: "SELECT DATABASE()"),
    SessionLeak(
      "SET SESSION group_concat_max_len = 77", toldBy: "SELECT @@SESSION.group_concat_max_len"),
  ]

  private static let mariadb = [
    SessionLeak(
      "CREATE OR REPLACE FUNCTION choose() RETURNS INT BEGIN SET @tenant = 'a'; RETURN 1; END",
      "SELECT choose()", toldBy: variable),
    SessionLeak(
      "CREATE OR REPLACE FUNCTION total() RETURNS INT BEGIN SET @tenant = 'a'; RETURN 1; END",
      "SELECT total()", toldBy: variable),
    SessionLeak(
      "CREATE OR REPLACE PROCEDURE note() BEGIN SET @tenant = 'a'; END", "CALL note()",
      toldBy: variable),
    SessionLeak(
      "SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE",
      toldBy: "SELECT @@SESSION.tx_isolation"),
    SessionLeak(
      "SET SESSION max_statement_time = 77", toldBy: "SELECT @@SESSION.max_statement_time"),
  ]
}

extension ConformanceContext {
  /// What a session of that server can leave behind, the first that the harness knows.
  ///
  /// - Throws: ``NotSaid`` if it knows nothing.
  func leak(of database: Database) throws -> SessionLeak {
    guard let leak = harness.sessionLeaks(of: database.server).first else {
      throw NotSaid("the harness names nothing that statements leave behind in a session")
    }
    return leak
  }
}

extension Connection {
  /// Leaves it behind.
  func leave(_ leak: SessionLeak) async throws {
    for statement in leak.words {
      _ = try await query(SQL(raw: statement), as: Value.self).collect()
    }
  }
}
