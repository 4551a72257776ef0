import DriverAPI

extension OtherEngines {
  /// Firebird 3. Firebird 3.0 Language Reference, by its statements.
  static let firebird: Dialect = {
    var dialect = Dialect(name: "firebird")
    // Identifiers: 31 bytes, capitals without quotes.
    dialect.folding = .upper
    dialect.maxIdentifierBytes = 31
    // SELECT: FROM is required.
    dialect.dummyTable = "RDB$DATABASE"
    dialect.upsertForm = .updateOrInsert
    // INSERT takes one list of values; a parameter in a list of SELECT has no type there.
    dialect.severalRows = .oneByOne
    dialect.parametersNeedTypes = true
    // OFFSET, FETCH: both take 0, as FIRST and SKIP do, which they stand for.
    dialect.paging = .fetch
    // WITH LOCK
    dialect.rowLock = RowLockWords(ending: "WITH LOCK")
    dialect.hasIfNotExists = false
    // ALTER TABLE: ADD and DROP, without COLUMN.
    dialect.addColumn = "ADD"
    dialect.dropColumn = "DROP"
    dialect.columnChange = .alterColumn
    // CREATE TABLE: DEFAULT stands before the constraints.
    dialect.defaultComesFirst = true
    // IN: 1500 values.
    dialect.maxListCount = 1500
    dialect.maxStatementBytes = 10 << 20
    // UPDATE, DELETE: RETURNING makes one row, of NULLs if there was none, and no more than one.
    dialect.returning = [.insert]
    // SET TRANSACTION: modes without commas between them.
    dialect.transactions.begin = "SET TRANSACTION"
    dialect.transactions.beginReadOnly = "SET TRANSACTION READ ONLY"
    dialect.transactions.modeSeparator = " "
    dialect.transactions.levels = [
      .readCommitted: "READ COMMITTED RECORD_VERSION", .repeatableRead: "SNAPSHOT",
      .serializable: "SNAPSHOT TABLE STABILITY",
    ]
    // SET TRANSACTION locks no other transaction out.
    dialect.migrationLock = .driver
    // Data Types: a DECIMAL has 18 digits, a TIMESTAMP four decimals. What goes beyond is text that sorts.
    dialect.types.decimal = "VARCHAR(41) CHARACTER SET ASCII"
    dialect.types.text = "BLOB SUB_TYPE TEXT CHARACTER SET UTF8"
    dialect.types.key = "VARCHAR(#) CHARACTER SET UTF8"
    dialect.types.bytes = "BLOB SUB_TYPE BINARY"
    dialect.types.timestamp = "VARCHAR(26) CHARACTER SET ASCII"
    dialect.types.uuid = "CHAR(36) CHARACTER SET ASCII"
    dialect.types.json = dialect.types.text
    // Appendix D: System Tables
    dialect.listTables = """
      SELECT TRIM(RDB$RELATION_NAME) FROM RDB$RELATIONS \
      WHERE RDB$SYSTEM_FLAG = 0 AND RDB$VIEW_BLR IS NULL ORDER BY 1
      """
    dialect.listColumns = """
      SELECT TRIM(f.RDB$FIELD_NAME), TRIM(CASE d.RDB$FIELD_TYPE WHEN 7 THEN 'SMALLINT' \
      WHEN 8 THEN 'INTEGER' WHEN 10 THEN 'FLOAT' WHEN 12 THEN 'DATE' WHEN 13 THEN 'TIME' \
      WHEN 14 THEN 'CHAR' WHEN 16 THEN 'BIGINT' WHEN 23 THEN 'BOOLEAN' \
      WHEN 27 THEN 'DOUBLE PRECISION' WHEN 35 THEN 'TIMESTAMP' WHEN 37 THEN 'VARCHAR' \
      WHEN 261 THEN 'BLOB' ELSE 'OTHER' END), \
      CASE WHEN COALESCE(f.RDB$NULL_FLAG, d.RDB$NULL_FLAG, 0) = 1 THEN 0 ELSE 1 END, \
      SUBSTRING(COALESCE(f.RDB$DEFAULT_SOURCE, d.RDB$DEFAULT_SOURCE) FROM 9), COALESCE((SELECT s.RDB$FIELD_POSITION + 1 \
      FROM RDB$RELATION_CONSTRAINTS c JOIN RDB$INDEX_SEGMENTS s \
      ON s.RDB$INDEX_NAME = c.RDB$INDEX_NAME WHERE c.RDB$CONSTRAINT_TYPE = 'PRIMARY KEY' \
      AND c.RDB$RELATION_NAME = f.RDB$RELATION_NAME AND s.RDB$FIELD_NAME = f.RDB$FIELD_NAME), 0) \
      FROM RDB$RELATION_FIELDS f JOIN RDB$FIELDS d ON d.RDB$FIELD_NAME = f.RDB$FIELD_SOURCE \
      WHERE f.RDB$RELATION_NAME = ? ORDER BY f.RDB$FIELD_POSITION
      """
    return dialect
  }()
}
