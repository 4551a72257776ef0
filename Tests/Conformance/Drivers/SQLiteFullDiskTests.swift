import DriverAPI
import DriverSQLite
import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#endif

@Suite("SQLite: a full disk")
struct SQLiteFullDiskTests {
  /// A directory on a file system of 2 MB, where this process may make one; otherwise one whose databases
  /// take a hundred pages.
  private struct SmallDisk {
    let scratch: ScratchDirectory
    let isMounted: Bool

    init() async throws {
      scratch = try ScratchDirectory()
      isMounted =
        geteuid() == 0
        ? await Shell.status(of: "mount -t tmpfs -o size=2m tmpfs \(scratch.path)") == 0 : false
    }

    func open(_ journal: String) async throws -> Database {
      var configuration = DatabaseConfiguration()
      configuration.maxConnections = 2
      let db = try await Database.open(
        "sqlite:\(scratch.path)/\(journal).db?journal_mode=\(journal)&readers=1",
        configuration: configuration, registry: DriverRegistry(SQLiteDriver()))
      try await db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, way TEXT, x BLOB)")
      return db
    }

    func remove() async {
      if isMounted { _ = await Shell.status(of: "umount \(scratch.path)") }
      scratch.remove()
    }
  }

  private typealias Way = (name: String, write: @Sendable (Connection, [UInt8]) async throws -> Int)

  private static let ways: [Way] = [
    ("exec", { try await $0.exec("INSERT INTO t (way, x) VALUES ('exec', ?)", $1).rowCount }),
    (
      "returning",
      {
        let id = try await $0.queryRow(
          "INSERT INTO t (way, x) VALUES ('returning', ?) RETURNING id", $1, as: Int.self)
        return id == nil ? 0 : 1
      }
    ),
    (
      "insert",
      {
        _ = try await $0.insert(into: "t", ["way": "insert", "x": .bytes($1)])
        return 1
      }
    ),
    (
      "bulk",
      { connection, bytes in
        try await connection.transaction { transaction in
          try await transaction.bulkInsert(
            into: "t", columns: ["way", "x"],
            Array(repeating: ["bulk", .bytes(bytes)], count: 3))
        }
      }
    ),
    (
      "transaction",
      { connection, bytes in
        try await connection.transaction { transaction in
          for _ in 1...2 {
            try await transaction.exec("INSERT INTO t (way, x) VALUES ('transaction', ?)", bytes)
          }
        }
        return 2
      }
    ),
    (
      "caught",
      { connection, bytes in
        // The error is swallowed inside: what the transaction then tells must still be true.
        try await connection.transaction { transaction in
          for _ in 1...2 {
            _ = try? await transaction.exec(
              "INSERT INTO t (way, x) VALUES ('caught', ?)", bytes)
          }
          return try await transaction.queryRow(
            "SELECT COUNT(*) FROM t WHERE way = 'caught'", as: Int.self) ?? 0
        }
      }
    ),
  ]

  @Test(
    "what is told as stored is stored, and nothing else", arguments: ["wal", "delete", "truncate"],
    ways.indices)
  func nothingIsToldThatIsNot(journal: String, index: Int) async throws {
    let disk = try await SmallDisk()
    let way = Self.ways[index]
    let db = try await disk.open(journal)
    try await db.withConnection { connection in
      if !disk.isMounted { try await connection.exec("PRAGMA max_page_count = 100") }
      let bytes = [UInt8](repeating: 7, count: 20_000)
      var told = 0
      var failures: [DatabaseError] = []
      while failures.count < 3, told < 400 {
        do {
          let count = try await way.write(connection, bytes)
          told = way.name == "caught" ? count : told + count
        } catch let error as DatabaseError {
          failures.append(error)
        }
      }
      let stored = try await connection.queryRow("SELECT COUNT(*) FROM t", as: Int.self)
      #expect(stored == told, "told of \(told) and stored \(stored ?? -1)")
      #expect(failures.count == 3, "it never became full")
      for error in failures {
        #expect([.resourceExhausted, .transactionAborted].contains(error.kind), "\(error)")
        #expect(error.execution != .unknown && error.connection == .usable, "\(error)")
      }
    }
    await db.close()
    await disk.remove()
  }
}
