import DriverAPI

extension OtherEngines {
  /// SQL Server 2017. Transact-SQL Reference, by its statements. (2016 has all but the TRIM of the chat.)
  static let sqlServer: Dialect = {
    var dialect = Dialect(name: "sqlserver")
    dialect.lexical.bracketIdentifiers = true
    // Slash Star (Block Comment): they nest.
    dialect.lexical.nestedComments = true
    // MERGE: ends with a semicolon; HOLDLOCK, or two sessions that merge one new key both insert it.
    dialect.upsertForm = .merge(MergeWords(tableHint: "WITH (HOLDLOCK)", terminator: ";"))
    // Maximum Capacity Specifications: 2100 of a procedure, three of which are sp_prepexec's own.
    dialect.maxParameters = 2097
    // Table Value Constructor: 1000 rows.
    dialect.maxRowsPerInsert = 1000
    // SELECT, ORDER BY clause: FETCH takes 1 or more (error 10744).
    dialect.paging = .fetch
    dialect.hasEmptyPages = false
    // LIKE: brackets too.
    dialect.likeWildcards = "%_["
    // Table Hints
    dialect.rowLock = RowLockWords(tableHint: "WITH (UPDLOCK, ROWLOCK)")
    dialect.hasIfNotExists = false
    // ALTER TABLE: ADD without COLUMN, and a column with a constraint cannot be dropped.
    dialect.addColumn = "ADD"
    dialect.columnRemoval = """
      DECLARE @dovetail nvarchar(max) = (SELECT N'ALTER TABLE {table} DROP CONSTRAINT ' \
      + QUOTENAME(name) FROM sys.default_constraints WHERE parent_object_id = OBJECT_ID(N'{table}') \
      AND COL_NAME(parent_object_id, parent_column_id) = N'{column}') \
      IF @dovetail IS NOT NULL EXEC (@dovetail) ALTER TABLE {table} DROP COLUMN {column}
      """
    // DROP INDEX
    dialect.dropsIndexOfTable = true
    // BEGIN TRANSACTION, SAVE TRANSACTION, ROLLBACK TRANSACTION: no access modes, no release.
    dialect.transactions.begin = "BEGIN TRANSACTION"
    dialect.transactions.beginReadOnly = "BEGIN TRANSACTION"
    dialect.transactions.readOnlyIsEnforced = false
    dialect.transactions.isolation = .session
    // REPEATABLE READ lets new rows appear, which that level does not here: the next stronger stands in.
    dialect.transactions.levels[.repeatableRead] = nil
    dialect.transactions.commit = "COMMIT TRANSACTION"
    dialect.transactions.rollback = "ROLLBACK TRANSACTION"
    dialect.transactions.savepoint = "SAVE TRANSACTION "
    dialect.transactions.release = nil
    dialect.transactions.rollbackTo = "ROLLBACK TRANSACTION "
    // @@IDENTITY: of the session. SCOPE_IDENTITY() knows nothing of another sp_executesql.
    dialect.lastInsertID = "SELECT CAST(@@IDENTITY AS bigint)"
    // bit
    dialect.booleanLiterals = (true: "1", false: "0")
    dialect.types.id = "bigint IDENTITY PRIMARY KEY"
    dialect.types.bool = "bit"
    dialect.types.double = "float(53)"
    dialect.types.text = "nvarchar(max)"
    dialect.types.key = "nvarchar(#) COLLATE Latin1_General_100_BIN2"
    dialect.types.bytes = "varbinary(max)"
    dialect.types.timestamp = "datetime2(6)"
    dialect.types.uuid = "uniqueidentifier"
    dialect.types.json = "nvarchar(max)"
    // CURRENT_TIMESTAMP is the server's local time.
    dialect.currentTimestamp = "SYSUTCDATETIME()"
    // sp_getapplock: 0 or 1 if it was granted. Batches need no semicolons.
    dialect.migrationLock = .session(
      acquire: """
        DECLARE @dovetail int EXEC @dovetail = sp_getapplock @Resource = N'dovetail.migrations', \
        @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0 \
        SELECT CASE WHEN @dovetail >= 0 THEN 1 ELSE 0 END
        """,
      release: """
        EXEC sp_releaseapplock @Resource = N'dovetail.migrations', @LockOwner = 'Session'
        """)
    // System Information Schema Views, in capitals: names can be told apart by case.
    dialect.listTables = """
      SELECT TABLE_NAME FROM INFORMATION_SCHEMA.TABLES \
      WHERE TABLE_SCHEMA = SCHEMA_NAME() AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME
      """
    dialect.listColumns = """
      SELECT c.COLUMN_NAME, c.DATA_TYPE, CASE c.IS_NULLABLE WHEN 'YES' THEN 1 ELSE 0 END, \
      c.COLUMN_DEFAULT, COALESCE((SELECT k.ORDINAL_POSITION FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE k \
      JOIN INFORMATION_SCHEMA.TABLE_CONSTRAINTS t ON t.CONSTRAINT_NAME = k.CONSTRAINT_NAME \
      AND t.TABLE_SCHEMA = k.TABLE_SCHEMA WHERE t.CONSTRAINT_TYPE = 'PRIMARY KEY' \
      AND k.TABLE_SCHEMA = c.TABLE_SCHEMA AND k.TABLE_NAME = c.TABLE_NAME \
      AND k.COLUMN_NAME = c.COLUMN_NAME), 0) FROM INFORMATION_SCHEMA.COLUMNS c \
      WHERE c.TABLE_SCHEMA = SCHEMA_NAME() AND c.TABLE_NAME = ? ORDER BY c.ORDINAL_POSITION
      """
    return dialect
  }()
}
