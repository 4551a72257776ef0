import DriverAPI
import Logging
import Testing

@testable import Server

/// What the chat sends to engines without a driver, taken down from the chat itself; none of it was run.
@Suite("The chat's SQL of engines without a driver")
struct ForeignChatTests {
  private static let engines: [Dialect] = [
    OtherEngines.oracle, OtherEngines.sqlServer, OtherEngines.db2, OtherEngines.firebird,
  ]

  /// What a closure sends to an engine that finds one message to change and nothing else, rebound.
  private func sent(
    to dialect: Dialect, _ body: (Database, ChatStore) async throws -> Void
  ) async throws -> [String] {
    let library = SlowLibrary(SessionHabits(), { $0.dialect = dialect }) { sql -> [Value]? in
      sql.hasPrefix("SELECT COALESCE(sender") ? ["ann", "", "general", .bool(false)] : nil
    }
    let db = try await library.open()
    let logger = Logger(label: "test")
    let blocks = ChannelBlocks()
    let journal = try Journal(
      db, blocks: blocks, ledger: nil, health: WriteHealth(), logger: logger)
    let store = ChatStore(
      db, journal: journal, blocks: blocks, leavesBanGaps: false, logger: logger)
    _ = library.takeLog()
    try await body(db, store)
    let log = library.takeLog().filter { entry in
      ["SELECT", "UPDATE", "DELETE", "INSERT", "MERGE"].contains { entry.hasPrefix($0 + " ") }
    }
    await db.close()
    return log
  }

  /// The columns of a message, with the literal of false.
  private static func columns(_ no: String) -> String {
    """
    id, COALESCE(sender, '') AS sender, COALESCE(content, '') AS content, created_at, \
    COALESCE(is_encrypted, \(no)) AS is_encrypted, COALESCE(edited, \(no)) AS edited, \
    COALESCE(deleted, \(no)) AS deleted, COALESCE(recipient, '') AS recipient, \
    COALESCE(channel, 'general') AS channel
    """
  }

  static let searches: [Expected] = [
    // Oracle 19c: bind variables have the types of their values.
    Expected(OtherEngines.oracle, "LOWER(:5)"), Expected(OtherEngines.sqlServer, "LOWER(?)"),
    // Db2 11.5, Determining data types of untyped expressions; Firebird 3.0: a parameter that is the
    // argument of a function has no type.
    Expected(OtherEngines.db2, "LOWER(CAST(? AS VARCHAR(32672 OCTETS)))"),
    Expected(OtherEngines.firebird, "LOWER(CAST(? AS BLOB SUB_TYPE TEXT CHARACTER SET UTF8))"),
  ]

  @Test(arguments: searches)
  func `a search`(expected: Expected) async throws {
    let dialect = expected.dialect
    let log = try await sent(to: dialect) { _, store in
      _ = try await store.search("50%[", for: UserName("ann"))
    }
    let no = dialect.booleanLiterals.false
    let sql = try #require(log.first)
    expectSame(log.count, 1)
    expectSame(sql.hasPrefix("SELECT \(Self.columns(no)) FROM messages WHERE ("), true)
    let ending = """
       AND COALESCE(deleted, \(no)) = \(no) AND COALESCE(is_encrypted, \(no)) = \(no) \
      AND LOWER(content) LIKE \(expected.sql) ESCAPE '!' \
      ORDER BY id DESC OFFSET 0 ROWS FETCH NEXT 20 ROWS ONLY
      """
    expectSQL(String(decoding: sql.utf8.suffix(ending.utf8.count), as: UTF8.self), ending)
  }

  @Test(arguments: engines)
  func `pins`(dialect: Dialect) async throws {
    let log = try await sent(to: dialect) { db, store in
      _ = try await store.pinnedMessages(for: UserName("ann"), atMost: 5)
      try await db.transaction { _ = try await $0.togglePin(7, by: UserName("ann")) }
    }
    let (yes, no) = (dialect.booleanLiterals.true, dialect.booleanLiterals.false)
    let id = dialect.name == "oracle" ? ":1" : "?"
    #expect(
      log.first?.hasSuffix(
        """
         AND pinned = \(yes) AND COALESCE(deleted, \(no)) = \(no) \
        ORDER BY id DESC OFFSET 0 ROWS FETCH NEXT 5 ROWS ONLY
        """) == true)
    expectSQL(
      Array(log.dropFirst()),
      [
        """
        SELECT COALESCE(sender, ''), COALESCE(recipient, ''), COALESCE(channel, 'general'), \
        COALESCE(deleted, \(no)) FROM messages WHERE id = \(id)
        """,
        """
        UPDATE messages SET pinned = CASE WHEN COALESCE(pinned, \(no)) = \(no) THEN \(yes) \
        ELSE \(no) END WHERE id = \(id)
        """,
        "SELECT pinned FROM messages WHERE id = \(id)",
      ])
  }

  // Transact-SQL, FROM, derived_table, and Firebird 3.0, Derived tables: each column has a name.
  @Test(arguments: engines)
  func `what a user is shown first`(dialect: Dialect) async throws {
    let log = try await sent(to: dialect) { _, store in
      _ = try await store.replay(for: UserName("ann"), in: "general")
    }
    let sql = try #require(log.first)
    let page = "OFFSET 0 ROWS FETCH NEXT 51 ROWS ONLY"
    let head =
      "SELECT * FROM (SELECT \(Self.columns(dialect.booleanLiterals.false)) FROM messages WHERE "
    let visible = "(recipient_folded = '' AND TRIM(COALESCE(recipient, '')) = '')"
    #expect(
      sql.hasPrefix(
        "\(head)\(visible) ORDER BY id DESC \(page)) branch0 UNION ALL \(head)recipient_folded = "))
    #expect(sql.hasSuffix(" ORDER BY id DESC \(page)) branch3 ORDER BY 1 DESC \(page)"))
  }

  @Test(arguments: engines)
  func `old messages`(dialect: Dialect) async throws {
    let log = try await sent(to: dialect) { db, _ in
      _ = try await RetentionSweep(database: db, maxMessageCount: 100, timeToLive: .seconds(60))
        .run(at: .now)
    }
    let no = dialect.booleanLiterals.false
    let (first, second) = dialect.name == "oracle" ? (":1", ":2") : ("?", "?")
    let chunk = min(500, dialect.maxListCount ?? 500)
    expectSQL(
      log,
      [
        """
        SELECT id, created_at FROM messages WHERE id > \(first) AND created_at < \(second) \
        AND COALESCE(pinned, \(no)) = \(no) ORDER BY id \
        OFFSET 0 ROWS FETCH NEXT \(chunk) ROWS ONLY
        """,
        "SELECT id FROM messages ORDER BY id DESC OFFSET 100 ROWS FETCH NEXT 1 ROWS ONLY",
      ])
  }

  static let turns: [Expected] = [
    Expected(OtherEngines.oracle, "SELECT batch FROM journal_writers WHERE writer = :1 FOR UPDATE"),
    Expected(
      OtherEngines.sqlServer,
      "SELECT batch FROM journal_writers WITH (UPDLOCK, ROWLOCK) WHERE writer = ?"),
    Expected(
      OtherEngines.db2,
      "SELECT batch FROM journal_writers WHERE writer = ? WITH RS USE AND KEEP UPDATE LOCKS"),
    Expected(
      OtherEngines.firebird, "SELECT batch FROM journal_writers WHERE writer = ? WITH LOCK"),
  ]

  @Test(arguments: turns)
  func `the last batch`(expected: Expected) async throws {
    let log = try await sent(to: expected.dialect) { db, _ in
      _ = try await db.transaction { try await BatchLedger().lastBatch(in: $0) }
    }
    expectSQL(log, [expected.sql])
  }

  private static let messages: [Expected] = [
    Expected(
      OtherEngines.oracle,
      """
      CREATE TABLE messages (id NUMBER(19) GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, sender CLOB, \
      content CLOB, created_at TIMESTAMP(6), is_encrypted NUMBER(1) DEFAULT 0, \
      message_id NUMBER(19) DEFAULT 0 NOT NULL, edited NUMBER(1) DEFAULT 0, \
      deleted NUMBER(1) DEFAULT 0, pinned NUMBER(1) DEFAULT 0, encrypted_data BLOB, nonce BLOB, \
      recipient CLOB, channel VARCHAR2(191 CHAR) DEFAULT 'general' NOT NULL)
      """),
    Expected(
      OtherEngines.sqlServer,
      """
      CREATE TABLE messages (id bigint IDENTITY PRIMARY KEY, sender nvarchar(max), \
      content nvarchar(max), created_at datetime2(6), is_encrypted bit DEFAULT 0, \
      message_id BIGINT NOT NULL DEFAULT 0, edited bit DEFAULT 0, deleted bit DEFAULT 0, \
      pinned bit DEFAULT 0, encrypted_data varbinary(max), nonce varbinary(max), \
      recipient nvarchar(max), \
      channel nvarchar(191) COLLATE Latin1_General_100_BIN2 NOT NULL DEFAULT 'general')
      """),
    Expected(
      OtherEngines.db2,
      """
      CREATE TABLE messages (id BIGINT NOT NULL GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, \
      sender VARCHAR(32672 OCTETS), content VARCHAR(32672 OCTETS), created_at TIMESTAMP(6), \
      is_encrypted BOOLEAN DEFAULT FALSE, message_id BIGINT NOT NULL DEFAULT 0, \
      edited BOOLEAN DEFAULT FALSE, deleted BOOLEAN DEFAULT FALSE, pinned BOOLEAN DEFAULT FALSE, \
      encrypted_data BLOB(2147483647), nonce BLOB(2147483647), recipient VARCHAR(32672 OCTETS), \
      channel VARCHAR(191 CODEUNITS32) NOT NULL DEFAULT 'general')
      """),
  ]

  @Test(arguments: messages)
  func `the table of messages`(expected: Expected) {
    let statements = ChatSchema.migrations[0].statements(expected.dialect)
    expectSQL(statements[0], expected.sql)
  }

  // Transact-SQL, ALTER TABLE and DROP INDEX: see ForeignSchemaTests.
  @Test func `columns that go again`() {
    let dialect = OtherEngines.sqlServer
    let last = ChatSchema.migrations[3].statements(dialect).suffix(4)
    expectSQL(
      Array(last),
      ["recipient_key", "dm_sender_key"].flatMap { column in
        [
          "DROP INDEX idx_messages_\(column) ON messages",
          dialect.removingColumn(column, from: "messages"),
        ]
      })
  }

  /// No engine but those with a driver has its migrations changed by what others write otherwise.
  @Test func `the checksums of databases that are there stay`() {
    let texts = ChatSchema.migrations[0].statements(.sqlite)
    #expect(texts[0].contains("pinned BOOLEAN DEFAULT FALSE,"))
    #expect(
      ChatSchema.migrations[0].statements(.mysql)[0].contains("pinned BOOLEAN DEFAULT FALSE,"))
  }

  /// Where one statement stores one row, or few, no other is made. [BULK-1]
  @Test func `no insert holds more rows than the engine takes`() async throws {
    var dialect = OtherEngines.firebird
    dialect.maxParameters = 64
    _ = try await sent(to: dialect) { db, _ in _ = try MessageInsert(db) }
    dialect.severalRows = .valueLists
    _ = try await sent(to: dialect) { db, _ in _ = try MessageInsert(db) }
  }
}
