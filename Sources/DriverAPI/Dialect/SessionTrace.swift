/// Finds out whether a statement on data can leave something behind in its session: a setting, a lock,
/// a variable, a temporary table. [POOL-4]
///
/// Functions can do all of that, and a function of the application's own does what nobody can see from
/// outside, so a call is harmless only if its name is known to be.
struct SessionTrace {
  private(set) var mayLeaveState = false
  private var previous = ""
  /// Words since INTO, behind which stands a table with its columns in parentheses.
  private var wordsSinceInto = 2

  mutating func note(_ word: String, isCall: Bool, inQuery: Bool) {
    if word == "INTO" {
      // A query puts its result into a variable or a table.
      if inQuery, previous != "INSERT", previous != "REPLACE", previous != "IGNORE" {
        mayLeaveState = true
      }
      wordsSinceInto = 0
    } else {
      if isCall, !isName, !Self.isHarmless(word) { mayLeaveState = true }
      wordsSinceInto += 1
    }
    previous = word
  }

  mutating func noteAssignment() { mayLeaveState = true }

  mutating func noteCallOfOtherName() {
    if !isName, wordsSinceInto > 1 { mayLeaveState = true }
  }

  /// Whether what follows now is the name of a table or an alias, whose columns can stand behind it.
  private var isName: Bool {
    wordsSinceInto == 0 || previous == "AS" || previous == "WITH" || previous == "RECURSIVE"
  }

  private static func isHarmless(_ word: String) -> Bool {
    keywords.contains(word) || functions.contains(word) || word.hasPrefix("JSON_")
      || word.hasPrefix("JSONB_") || word.hasPrefix("REGEXP_")
  }

  private static let keywords: Set<String> = [
    "ALL", "AND", "ANY", "ARRAY", "AS", "BETWEEN", "BY", "CASE", "CONFLICT", "DISTINCT", "DO",
    "ELSE",
    "EXCEPT", "EXISTS", "FILTER", "FROM", "GROUP", "HAVING", "ILIKE", "IN", "INTERSECT", "INTERVAL",
    "IS", "JOIN", "KEY", "LATERAL", "LIKE", "LIMIT", "MATCH", "MATERIALIZED", "NOT", "OF", "OFFSET",
    "ON", "OR", "OVER", "PARTITION", "RETURNING", "ROLLUP", "ROW", "ROWS", "SELECT", "SET", "SETS",
    "SOME", "THEN", "UNION", "UPDATE", "USING", "VALUE", "VALUES", "WHEN", "WHERE", "WITHIN",
    // Types with a length.
    "BINARY", "BIT", "CHAR", "CHARACTER", "DATETIME", "DECIMAL", "FLOAT", "NUMERIC", "TIME",
    "TIMESTAMP", "TIMESTAMPTZ", "VARBINARY", "VARBIT", "VARCHAR", "VARYING",
  ]

  private static let functions: Set<String> = [
    // Aggregates and windows.
    "ANY_VALUE", "ARRAY_AGG", "AVG", "BIT_AND", "BIT_OR", "BIT_XOR", "BOOL_AND", "BOOL_OR", "COUNT",
    "CUME_DIST", "DENSE_RANK", "EVERY", "FIRST_VALUE", "GROUP_CONCAT", "GROUPING", "LAG",
    "LAST_VALUE", "LEAD", "MAX", "MIN", "NTH_VALUE", "NTILE", "PERCENT_RANK", "PERCENTILE_CONT",
    "PERCENTILE_DISC", "RANK", "ROW_NUMBER", "STDDEV", "STRING_AGG", "SUM", "TOTAL", "VARIANCE",
    // Values and decisions.
    "CAST", "COALESCE", "CONVERT", "GREATEST", "IF", "IFNULL", "IIF", "LEAST", "NULLIF",
    "PG_TYPEOF", "TYPEOF",
    // Numbers.
    "ABS", "CEIL", "CEILING", "EXP", "FLOOR", "LN", "LOG", "LOG10", "LOG2", "MOD", "PI", "POW",
    "POWER", "RAND", "RANDOM", "ROUND", "SIGN", "SQRT", "TRUNC", "TRUNCATE",
    // Texts and bytes.
    "ASCII", "BIT_LENGTH", "BTRIM", "CHAR_LENGTH", "CHARACTER_LENGTH", "CHR", "CONCAT", "CONCAT_WS",
    "CRC32", "DECODE", "ENCODE", "FORMAT", "GLOB", "HEX", "INITCAP", "INSTR", "LCASE", "LEFT",
    "LENGTH", "LOCATE", "LOWER", "LPAD", "LTRIM", "MD5", "OCTET_LENGTH", "OVERLAY", "POSITION",
    "PRINTF", "QUOTE", "RANDOMBLOB", "REPEAT", "REPLACE", "REVERSE", "RIGHT", "RPAD", "RTRIM",
    "SHA1", "SHA2", "SHA256", "SPLIT_PART", "STRPOS", "SUBSTR", "SUBSTRING", "TO_BASE64",
    "TO_HEX", "TRANSLATE", "TRIM", "UCASE", "UNHEX", "UNICODE", "UPPER", "ZEROBLOB",
    // Moments.
    "AGE", "CLOCK_TIMESTAMP", "CURDATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURTIME", "DATE",
    "DATE_ADD", "DATE_FORMAT", "DATE_PART", "DATE_SUB", "DATE_TRUNC", "DATEDIFF", "DAY", "EXTRACT",
    "FROM_UNIXTIME", "HOUR", "JULIANDAY", "LOCALTIME", "LOCALTIMESTAMP", "MAKE_DATE",
    "MAKE_INTERVAL", "MAKE_TIMESTAMP", "MINUTE", "MONTH", "NOW", "SECOND", "STRFTIME", "TIMEDIFF",
    "TIMESTAMPADD", "TIMESTAMPDIFF", "TO_CHAR", "TO_DATE", "TO_NUMBER", "TO_TIMESTAMP",
    "UNIX_TIMESTAMP", "UNIXEPOCH", "UTC_TIMESTAMP", "WEEKDAY", "YEAR",
    // Arrays, sets and documents.
    "ARRAY_APPEND", "ARRAY_LENGTH", "ARRAY_POSITION", "ARRAY_TO_STRING", "CARDINALITY",
    "GENERATE_SERIES", "ROW_TO_JSON", "STRING_TO_ARRAY", "TO_JSON", "TO_JSONB", "TO_TSQUERY",
    "TO_TSVECTOR", "UNNEST",
    // The session and the server, only asked.
    "CHANGES", "CONNECTION_ID", "CURRENT_SETTING", "CURRENT_USER", "DATABASE", "FOUND_ROWS",
    "GEN_RANDOM_UUID", "LAST_INSERT_ID", "LAST_INSERT_ROWID", "PG_BACKEND_PID", "PG_SLEEP",
    "ROW_COUNT", "SLEEP", "SQLITE_VERSION", "TOTAL_CHANGES", "UUID", "VERSION",
    // Sequences, whose place is no setting.
    "CURRVAL", "LASTVAL", "NEXTVAL", "SETVAL",
  ]
}
