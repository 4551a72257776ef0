import CRawSQLite
import CRawWork
import Glibc

/// One SQLite file that contenders work on.
struct Store: Sendable, Hashable {
  /// The file.
  let path: String
  /// How many rows table `t` has.
  let rows: Int64
  /// `FULL` or `NORMAL`.
  let synchronous: String
  /// SQLite's page cache, for each connection.
  var cacheKiB = 262_144

  /// The settings every contender opens the file with.
  var pragmas: String {
    """
    PRAGMA journal_mode=WAL; PRAGMA synchronous=\(synchronous); PRAGMA cache_size=-\(cacheKiB); \
    PRAGMA mmap_size=0; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=5000;
    """
  }

  /// Creates a file with the table `t` of `rows` rows and the empty table `w`.
  static func create(path: String, rows: Int64, synchronous: String) throws -> Store {
    let store = Store(path: path, rows: rows, synchronous: synchronous)
    let raw = try RawConnection(store)
    defer { raw.close() }
    try raw.check(
      raw_execute(
        raw.handle,
        "CREATE TABLE w(id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL NOT NULL, note TEXT)"
      ))
    try raw.check(raw_build_fixture(raw.handle, rows))
    try raw.check(raw_execute(raw.handle, "PRAGMA wal_checkpoint(TRUNCATE)"))
    return store
  }

  /// What table `w` holds now, to compare what two contenders wrote.
  func written() throws -> Checksum {
    let raw = try RawConnection(self)
    defer { raw.close() }
    var outcome = raw_outcome()
    try raw.check(raw_written(raw.handle, &outcome))
    return Checksum(integers: outcome.integers, doubles: outcome.doubles)
  }

  /// Deletes the file and what belongs to it.
  func delete() {
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }
}
