import DriverAPI

/// The two tables of a run: one to be read, and one to be filled. They go when the run ends.
struct ServerFixture: Sendable {
  static let read = "dovetail_benchmark_read"
  static let write = "dovetail_benchmark_write"
  static let columns = ["id", "name", "score", "note"]
  static let selectAll = "SELECT id, name, score, note FROM dovetail_benchmark_read"
  /// Its placeholder is that of Dovetail, MySQL and MariaDB.
  static let selectOne = selectAll + " WHERE id = ?"

  private let database: Database
  let rows: Int64

  /// Makes the tables anew.
  init(_ database: Database, rows: Int64) async throws {
    self.database = database
    self.rows = rows
    try await remove()
    for table in [Self.read, Self.write] {
      try await database.exec(
        SQL(
          raw: """
            CREATE TABLE \(table)(id bigint PRIMARY KEY, name varchar(40) NOT NULL, \
            score double precision NOT NULL, note varchar(40))
            """))
    }
    try await fill()
  }

  /// Empties the table that is filled.
  func clear() async throws {
    try await database.exec(SQL(raw: "TRUNCATE TABLE \(Self.write)"))
  }

  /// What that table holds, to compare what two contenders wrote.
  func written() async throws -> Checksum {
    let sum = "sum(id) + sum(length(name)) + coalesce(sum(length(note)), 0)"
    let found = try await database.queryRow(
      SQL(raw: "SELECT count(*), CAST(\(sum) AS \(textType)), sum(score) FROM \(Self.write)"),
      as: (Int64, String, Double).self)
    guard let (count, integers, doubles) = found, let sum = Int64(integers) else {
      throw BenchmarkError("The table that was filled cannot be read.")
    }
    return Checksum(integers: count &+ sum, doubles: doubles)
  }

  /// Removes the tables.
  func remove() async throws {
    for table in [Self.read, Self.write] {
      try await database.exec(SQL(raw: "DROP TABLE IF EXISTS \(table)"))
    }
  }

  private var isPostgres: Bool { database.server.product == "PostgreSQL" }
  private var textType: String { isPostgres ? "text" : "char" }

  /// Made on the server, the same rows as ``Store`` has.
  private func fill() async throws {
    let series = isPostgres ? "generate_series(1, \(rows)) AS s(i)" : "series"
    let source = """
      SELECT i, concat('name-', lpad(CAST(i AS \(textType)), 15, '0')), i * 0.5, CASE WHEN i % 2 = 0 \
      THEN concat('name-', lpad(CAST(\(rows) - i AS \(textType)), 15, '0')) END FROM \(series)
      """
    guard !isPostgres else {
      try await database.exec(SQL(raw: "INSERT INTO \(Self.read) \(source)"))
      // Without it the first reads would write hint bits, and autovacuum would come in between.
      try await database.exec(SQL(raw: "VACUUM ANALYZE \(Self.read)"))
      return
    }
    try await database.withConnection { connection in
      try await connection.exec(SQL(raw: "SET SESSION max_recursive_iterations = \(rows + 1)"))
      try await connection.exec(
        SQL(
          raw: """
            INSERT INTO \(Self.read) WITH RECURSIVE series(i) AS (SELECT 1 UNION ALL SELECT i + 1 \
            FROM series WHERE i < \(rows)) \(source)
            """))
    }
  }
}
