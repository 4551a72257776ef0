import DriverAPI
import Foundation
import Testing

@Suite("A copy looks at both schemas first", .timeLimit(.minutes(2))) struct CopySchemaTests {
  @Test(arguments: CopyPair.toEach) func `and names all that is in the way`(pair: CopyPair)
    async throws
  {
    try await pair.run { databases in
      let (source, target) = (databases.source, databases.target)
      try await source.execScript(
        """
        CREATE TABLE a (id INTEGER PRIMARY KEY, one INTEGER, two INTEGER);
        CREATE TABLE b (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER PRIMARY KEY);
        INSERT INTO a VALUES (1, 2, 3)
        """)
      let missing = await refusal { try await DatabaseCopy(from: source, to: target).run() }
      #expect(missing?.kind == .misuse)
      for table in ["a", "b", "c"] {
        #expect(missing?.message.contains("the target has no table \(table)") == true)
      }
      try await target.execScript(
        """
        CREATE TABLE a (id INTEGER PRIMARY KEY, two INTEGER, needed INTEGER NOT NULL,
          spare INTEGER, given INTEGER NOT NULL DEFAULT 7);
        CREATE TABLE b (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER PRIMARY KEY, needed INTEGER NOT NULL);
        INSERT INTO b VALUES (5)
        """)
      let columns = await refusal { try await DatabaseCopy(from: source, to: target).run() }
      #expect(columns?.kind == .misuse)
      for words in [
        "the target's table a has no column one", "table a requires the column needed",
        "table c requires the column needed",
      ] { #expect(columns?.message.contains(words) == true, "\(words)") }
      #expect(columns?.message.contains("spare") == false)
      #expect(columns?.message.contains("given") == false)
      try await target.execScript(
        """
        ALTER TABLE a DROP COLUMN needed;
        ALTER TABLE c DROP COLUMN needed;
        ALTER TABLE a ADD COLUMN one INTEGER
        """)
      let full = await refusal { try await DatabaseCopy(from: source, to: target).run() }
      #expect(full?.kind == .misuse)
      #expect(full?.message.contains("the target's tables b have rows already") == true)
      #expect(try await !DatabaseCopy.isUnfinished(in: target))
      try await target.exec("DELETE FROM b")
      _ = try await DatabaseCopy(from: source, to: target).run()
      let row = try await target.queryRow(
        "SELECT one, two, given, spare FROM a", as: (Int, Int, Int, Int?).self)
      #expect(row?.0 == 2 && row?.1 == 3 && row?.2 == 7 && row?.3 == nil)
    }
  }

  @Test(arguments: CopyPair.toEach) func `and copies behind what is referred to`(pair: CopyPair)
    async throws
  {
    try await pair.run { databases in
      try await databases.onBoth { dialect in
        let int = dialect.typeName(.int)
        // The names are in the wrong order.
        return """
          CREATE TABLE z (id \(int) PRIMARY KEY);
          CREATE TABLE m (id \(int) PRIMARY KEY, z \(int), FOREIGN KEY (z) REFERENCES z (id));
          CREATE TABLE a (id \(int) PRIMARY KEY, m \(int), up \(int),
            FOREIGN KEY (m) REFERENCES m (id), FOREIGN KEY (up) REFERENCES a (id))
          """
      }
      try await databases.source.execScript(
        "INSERT INTO z VALUES (1); INSERT INTO m VALUES (1, 1); INSERT INTO a VALUES (1, 1, NULL), (2, 1, 1)"
      )
      let report = try await DatabaseCopy(from: databases.source, to: databases.target).run()
      #expect(report.tables.map(\.table) == ["z", "m", "a"])
    }
  }

  @Test(.enabled(if: CopyEngine.postgres != nil)) func `and refuses a circle`() async throws {
    let postgres = try #require(CopyEngine.postgres)
    try await CopyPair(source: .sqlite, target: postgres).run { databases in
      try await databases.onBoth { _ in
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER); CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER)"
      }
      try await databases.target.execScript(
        "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b; ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a"
      )
      let error = await refusal {
        try await DatabaseCopy(from: databases.source, to: databases.target).run()
      }
      #expect(error?.message.contains("a, b refer to each other in a circle") == true)
    }
  }

  @Test(arguments: CopyPair.toEach)
  func `and writes names in quotes`(pair: CopyPair) async throws {
    try await pair.run { databases in
      for database in [databases.source, databases.target] {
        let (table, column) = (
          try database.dialect.quoted("Order \"by\" `x` {next}"),
          try database.dialect.quoted("select")
        )
        try await database.exec(
          SQL(
            raw: "CREATE TABLE \(table) (id \(database.dialect.typeName(.id)), \(column) INTEGER)"))
      }
      let name = try databases.source.dialect.quoted("Order \"by\" `x` {next}")
      try await databases.source.exec(SQL(raw: "INSERT INTO \(name) VALUES (3, 4)"))
      let report = try await DatabaseCopy(from: databases.source, to: databases.target).run()
      #expect(report.rowCount == 1)
    }
  }

  @Test(.enabled(if: CopyEngine.postgres != nil)) func `and finds names of other letters`()
    async throws
  {
    let postgres = try #require(CopyEngine.postgres)
    try await CopyPair(source: .sqlite, target: postgres).run { databases in
      try await databases.onBoth { _ in
        "CREATE TABLE Things (Id INTEGER PRIMARY KEY, createdAt TEXT)"
      }
      try await databases.source.exec("INSERT INTO things VALUES (1, 'x')")
      let report = try await DatabaseCopy(from: databases.source, to: databases.target).run()
      #expect(report.tables[0].targetRowCount == 1)
    }
  }

  @Test(arguments: CopyPair.toServers) func `and leaves computed columns to the target`(
    pair: CopyPair
  ) async throws {
    try await pair.run { databases in
      try await databases.source.execScript(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, twice INTEGER); INSERT INTO things VALUES (4, 8)"
      )
      try await databases.target.exec(
        "CREATE TABLE things (id INTEGER PRIMARY KEY, twice INTEGER GENERATED ALWAYS AS (id * 2) STORED)"
      )
      _ = try await DatabaseCopy(from: databases.source, to: databases.target).run()
      #expect(try await databases.target.single("SELECT twice FROM things", as: Int.self) == 8)
    }
  }
}
