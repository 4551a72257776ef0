/// How the ids that an engine gives out go on behind rows that brought theirs along, as those of a
/// ``DatabaseCopy`` do.
///
/// In the statements `{table}` and `{column}` stand for the names in quotes, `{table.text}` and
/// `{column.text}` for the same names as string literals, `{last}` for the highest id that was given and
/// `{next}` for the one behind it.
public struct CounterWords: Sendable, Hashable {
  /// Answers with a row if ``list`` can be asked; nil if it always can.
  public var precondition: String?
  /// Answers with a row for each column of a table whose ids the engine counts up: its name, and the id
  /// that was given last, or NULL if that is not known or there was none. The table's name is the parameter.
  public var list: String
  /// Have the next id be `{next}` or a higher one. Run one after another, outside of a transaction; again
  /// after an interruption, so that a second time must do no harm.
  public var advance: [String]

  /// The words of an engine.
  public init(precondition: String? = nil, list: String, advance: [String]) {
    self.precondition = precondition
    self.list = list
    self.advance = advance
  }
}

/// What the names of columns' types mean where engines differ.
public struct ColumnTypeRules: Sendable, Hashable {
  /// Whether a column holds nothing but values of its type. Where it may hold any (SQLite), its type is a
  /// wish, and each value tells what it is.
  public var areStrict = true
  /// How many digits of a second an instant keeps whose type names no number.
  public var fractionDigits = 6
  /// Whether `FLOAT` keeps 4 bytes of a double.
  public var floatIsSingle = false

  /// The rules of standard SQL.
  public init() {}
}

extension CounterWords {
  // sqlite_sequence is there as soon as any table counts; one that never had a row is not in it.
  static let sqlite = CounterWords(
    precondition: "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'",
    list: """
      SELECT c.name, q.seq FROM (SELECT ? AS name) AS t
      JOIN sqlite_schema AS s ON s.name = t.name COLLATE NOCASE AND s.type = 'table'
        AND s.sql LIKE '%AUTOINCREMENT%'
      JOIN pragma_table_info(s.name) AS c ON c.pk = 1
      LEFT JOIN sqlite_sequence AS q ON q.name = s.name
      """,
    advance: [
      "UPDATE sqlite_sequence SET seq = {last} WHERE name = {table.text} AND seq < {last}",
      """
      INSERT INTO sqlite_sequence (name, seq) SELECT {table.text}, {last} \
      WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {table.text})
      """,
    ])

  // Identity columns own their sequence; a column of a type such as bigserial, or with nextval() as its
  // default, is found by what its default depends on, whether or not it owns that.
  private static let postgresSequences = """
    SELECT a.attname::text AS name, s.oid AS sequence
    FROM pg_catalog.pg_attribute a
    LEFT JOIN pg_catalog.pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
    JOIN pg_catalog.pg_depend d
      ON d.classid = 'pg_catalog.pg_attrdef'::regclass AND d.objid = f.oid
        AND d.refclassid = 'pg_catalog.pg_class'::regclass
      OR d.classid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'i'
        AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
    JOIN pg_catalog.pg_class s ON s.relkind = 'S'
      AND s.oid = CASE WHEN d.deptype = 'i' THEN d.objid ELSE d.refobjid END
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = to_regclass(quote_ident
    """

  static let postgres = CounterWords(
    list: """
      SELECT c.name, pg_catalog.pg_sequence_last_value(c.sequence)
      FROM (\(postgresSequences)(?))) c
      """,
    advance: [
      """
      SELECT setval(c.sequence::regclass,
        GREATEST({last}, pg_catalog.pg_sequence_last_value(c.sequence)))
      FROM (\(postgresSequences)({table.text}))) c WHERE c.name = {column.text}
      """
    ])

  // An explicit id moves the counter by itself, but not to where the source's stands.
  static let mysql = CounterWords(
    list: """
      SELECT c.column_name, t.auto_increment - 1 FROM information_schema.columns c
      JOIN information_schema.tables t
        ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      WHERE c.table_schema = DATABASE() AND c.table_name = ? AND c.extra LIKE '%auto_increment%'
      """,
    advance: ["ALTER TABLE {table} AUTO_INCREMENT = {next}"])
}

extension Dialect {
  /// The statements after which the ids of a column go on behind `last`.
  ///
  /// - Throws: `misuse` for names that cannot be identifiers.
  func advancing(
    _ column: String, of table: String, behind last: Int64
  ) throws(DatabaseError) -> [String] {
    guard let counters, last < .max else { return [] }
    func literal(_ name: String) -> String {
      "'" + kept(name).doubling(UInt8(ascii: "'")) + "'"
    }
    // Braces of a name must not be taken for a place: the texts go in last, and in one go.
    let places: [(String, String)] = [
      ("{last}", "\(last)"), ("{next}", "\(last + 1)"),
      ("{table.text}", literal(table)), ("{column.text}", literal(column)),
      ("{table}", try quoted(table)), ("{column}", try quoted(column)),
    ]
    return counters.advance.map { statement in
      var written = ""
      var rest = statement[...]
      while let brace = rest.firstIndex(of: "{") {
        written += rest[..<brace]
        rest = rest[brace...]
        guard let (place, text) = places.first(where: { rest.hasPrefix($0.0) }) else {
          written += "{"
          rest = rest.dropFirst()
          continue
        }
        written += text
        rest = rest.dropFirst(place.count)
      }
      return written + rest
    }
  }
}
