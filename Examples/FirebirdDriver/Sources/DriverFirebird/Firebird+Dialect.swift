import DriverAPI

extension Dialect {
  /// Firebird 3. [decision 54]
  static let firebird: Dialect = {
    var dialect = Dialect(name: "firebird")
    dialect.folding = .upper
    dialect.maxIdentifierBytes = 31
    dialect.dummyTable = "RDB$DATABASE"
    dialect.parametersNeedTypes = true
    dialect.severalRows = .oneByOne
    dialect.upsertForm = .updateOrInsert
    // Of an update or a delete one row at most, and one of NULLs if there was none.
    dialect.returning = [.insert]
    dialect.paging = .fetch
    dialect.rowLock = RowLockWords(ending: "WITH LOCK")
    dialect.hasIfNotExists = false
    dialect.addColumn = "ADD"
    dialect.dropColumn = "DROP"
    dialect.columnChange = .alterColumn
    dialect.defaultComesFirst = true
    dialect.maxListCount = 1500
    dialect.maxParameters = 32_766
    dialect.maxStatementBytes = 10 << 20
    dialect.transactions = .calls
    dialect.transactions.readOnlyIsEnforced = true
    dialect.migrationLock = .driver
    // As text, like every instant to the microsecond; it shows milliseconds. [CONN-7]
    dialect.currentTimestamp = "(CAST(CURRENT_TIMESTAMP AS VARCHAR(24)) || '00')"
    (dialect.types.text, dialect.types.json) = ("BLOB SUB_TYPE TEXT", "BLOB SUB_TYPE TEXT")
    dialect.types.bytes = "BLOB SUB_TYPE BINARY"
    // A TIMESTAMP has four decimals, and a DECIMAL 18 digits: what goes beyond is text that sorts.
    dialect.types.timestamp = "VARCHAR(26) CHARACTER SET ASCII"
    dialect.types.decimal = "VARCHAR(41) CHARACTER SET ASCII"
    dialect.types.uuid = "CHAR(36) CHARACTER SET ASCII"
    dialect.listTables = """
      SELECT TRIM(RDB$RELATION_NAME) FROM RDB$RELATIONS
      WHERE RDB$SYSTEM_FLAG = 0 AND RDB$RELATION_TYPE = 0 ORDER BY 1
      """
    dialect.listColumns = columns
    return dialect
  }()

  private static let columns = """
    SELECT TRIM(c.RDB$FIELD_NAME), TRIM(CASE f.RDB$FIELD_TYPE
        WHEN 7 THEN 'SMALLINT' WHEN 8 THEN 'INTEGER' WHEN 10 THEN 'FLOAT' WHEN 12 THEN 'DATE'
        WHEN 13 THEN 'TIME' WHEN 14 THEN 'CHAR' WHEN 16 THEN 'BIGINT' WHEN 23 THEN 'BOOLEAN'
        WHEN 27 THEN 'DOUBLE PRECISION' WHEN 35 THEN 'TIMESTAMP' WHEN 37 THEN 'VARCHAR'
        WHEN 261 THEN IIF(f.RDB$FIELD_SUB_TYPE = 1, 'BLOB SUB_TYPE TEXT', 'BLOB') ELSE 'OTHER' END)
        || COALESCE('(' || f.RDB$CHARACTER_LENGTH || ')', ''),
      CASE WHEN COALESCE(c.RDB$NULL_FLAG, f.RDB$NULL_FLAG, 0) = 0 THEN 1 ELSE 0 END,
      SUBSTRING(COALESCE(c.RDB$DEFAULT_SOURCE, f.RDB$DEFAULT_SOURCE) FROM 9),
      COALESCE((SELECT s.RDB$FIELD_POSITION + 1 FROM RDB$RELATION_CONSTRAINTS k
        JOIN RDB$INDEX_SEGMENTS s ON s.RDB$INDEX_NAME = k.RDB$INDEX_NAME
        WHERE k.RDB$RELATION_NAME = c.RDB$RELATION_NAME AND s.RDB$FIELD_NAME = c.RDB$FIELD_NAME
          AND k.RDB$CONSTRAINT_TYPE = 'PRIMARY KEY'), 0)
    FROM RDB$RELATION_FIELDS c JOIN RDB$FIELDS f ON f.RDB$FIELD_NAME = c.RDB$FIELD_SOURCE
    WHERE c.RDB$RELATION_NAME = ? ORDER BY c.RDB$FIELD_POSITION
    """
}

extension Capabilities {
  /// What Firebird 3 can do.
  static func firebird(isServer: Bool) -> Capabilities {
    var capabilities = Capabilities()
    (capabilities.newTablesAtOnce, capabilities.nativePing) = (false, true)
    (capabilities.networkSession, capabilities.socketAccess) = (isServer, false)
    return capabilities
  }
}
