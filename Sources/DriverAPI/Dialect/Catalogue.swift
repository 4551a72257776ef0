/// The queries that list tables and columns. [SCHEMA-1]
enum Catalogue {
  static func standardTables(schema: String) -> String {
    """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = \(schema) AND table_type = 'BASE TABLE' ORDER BY table_name
    """
  }

  static func standardColumns(schema: String) -> String {
    """
    SELECT c.column_name, c.data_type, CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END,
      c.column_default, COALESCE((
        SELECT k.ordinal_position FROM information_schema.key_column_usage k
        JOIN information_schema.table_constraints t ON t.constraint_name = k.constraint_name
          AND t.table_schema = k.table_schema AND t.table_name = k.table_name
        WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema
          AND k.table_name = c.table_name AND k.column_name = c.column_name), 0)
    FROM information_schema.columns c
    WHERE c.table_schema = \(schema) AND c.table_name = ? ORDER BY c.ordinal_position
    """
  }

  static let sqliteTables = """
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY name
    """

  static let sqliteColumns = """
    SELECT name, type, 1 - "notnull", dflt_value, pk FROM pragma_table_info(?) ORDER BY cid
    """

  static let sqliteReferrers = """
    SELECT s.name, k."from"
    FROM (SELECT ? AS name) AS t, sqlite_schema AS s, pragma_foreign_key_list(s.name) AS k
    WHERE s.type = 'table' AND k."table" = t.name COLLATE NOCASE AND s.name <> t.name COLLATE NOCASE
      AND k.on_delete IN ('CASCADE', 'SET NULL', 'SET DEFAULT')
    """

  static let sqliteCounter = [
    """
    DELETE FROM sqlite_sequence WHERE name = '{new}' \
    AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = '{old}')
    """,
    """
    INSERT INTO sqlite_sequence (name, seq) \
    SELECT '{new}', seq FROM sqlite_sequence WHERE name = '{old}'
    """,
  ]

  // The catalogue itself, because the information schema hides tables of other owners and leaves
  // out the length of a type.
  static let postgresTables = """
    SELECT c.relname::text FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema() ORDER BY c.relname
    """

  static let postgresColumns = """
    SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN 0 ELSE 1 END,
      CASE WHEN a.attidentity <> '' THEN 'GENERATED AS IDENTITY'
        ELSE pg_get_expr(d.adbin, d.adrelid) END,
      COALESCE(1 + array_position(i.indkey::int2[], a.attnum), 0),
      CASE WHEN a.attgenerated <> '' THEN 1 ELSE 0 END
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
    WHERE a.attrelid = to_regclass(quote_ident(?)) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
    """

  static let postgresReferences = """
    SELECT c.relname::text, p.relname::text FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
    JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'f' AND n.nspname = current_schema()
    """

  // The whole type, with its length and its signs: the information schema's data_type leaves them out.
  static let mysqlColumns = """
    SELECT c.column_name, c.column_type, CASE c.is_nullable WHEN 'YES' THEN 1 ELSE 0 END,
      CASE WHEN c.extra LIKE '%auto_increment%' THEN 'AUTO_INCREMENT' ELSE c.column_default END,
      COALESCE((
        SELECT k.ordinal_position FROM information_schema.key_column_usage k
        WHERE k.constraint_name = 'PRIMARY' AND k.table_schema = c.table_schema
          AND k.table_name = c.table_name AND k.column_name = c.column_name), 0),
      CASE WHEN COALESCE(c.generation_expression, '') = '' THEN 0 ELSE 1 END
    FROM information_schema.columns c
    WHERE c.table_schema = DATABASE() AND c.table_name = ? ORDER BY c.ordinal_position
    """

  static let mysqlReferences = """
    SELECT table_name, referenced_table_name FROM information_schema.referential_constraints
    WHERE constraint_schema = DATABASE()
    """

  static let sqliteReferences = """
    SELECT s.name, k."table" FROM sqlite_schema AS s, pragma_foreign_key_list(s.name) AS k
    WHERE s.type = 'table'
    """
}
