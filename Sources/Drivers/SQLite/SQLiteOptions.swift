public import DriverAPI

/// Everything a SQLite URL can say.
///
/// The database is `app.db`, `sqlite:app.db`, `sqlite:///var/lib/app.db`, `file:app.db` or
/// `:memory:`. Options follow a question mark, joined by `&`:
///
/// | option | values | default | meaning |
/// | --- | --- | --- | --- |
/// | `mode` | `rwc`, `rw`, `ro`, `memory` | `rwc` | create if missing; must exist; read only; in memory |
/// | `synchronous` | `off`, `normal`, `full`, `extra` | `full` | when a commit waits for the disk |
/// | `journal_mode` | `wal`, `delete`, `truncate`, `persist`, `memory`, `off` | `wal` | how a file is made crash-safe |
/// | `busy_timeout` | a duration: `250ms`, `5s` | `5s` | how long to wait for another process's lock |
/// | `foreign_keys` | `on`, `off` | `on` | whether references are enforced |
/// | `cache_size` | KiB per connection | SQLite's own | the page cache |
/// | `mmap_size` | bytes | `0` | how much of the file is mapped instead of read |
/// | `readers` | 0 to 64 | `4` | connections for statements that only read |
/// | `double_quoted_strings` | `on`, `off` | `off` | whether `"x"` is a string where no column is called x |
public struct SQLiteOptions: Sendable, Hashable {
  /// How the file is opened.
  public enum Mode: String, Sendable, CaseIterable {
    /// Read and write, created if missing.
    case readWriteCreate = "rwc"
    /// Read and write; the file must exist.
    case readWrite = "rw"
    /// Read only; the file must exist.
    case readOnly = "ro"
    /// No file: the database lives as long as its only connection.
    case memory
  }

  /// The file, or `:memory:`.
  public let path: String
  /// How the file is opened.
  public let mode: Mode
  let synchronous: String
  let journalMode: String
  let busyTimeout: Duration
  let foreignKeys: Bool
  let cacheKiB: Int?
  let mmapBytes: Int?
  let readerCount: Int
  let doubleQuotedStrings: Bool

  /// Whether there is no file.
  public var isInMemory: Bool { mode == .memory }

  /// Reads the options of a URL.
  ///
  /// - Throws: `misuse` that names an unknown option or a value that is not allowed.
  public init(_ url: DatabaseURL) throws(DatabaseError) {
    guard let path = url.path, !path.isEmpty else {
      throw .misuse("the SQLite URL names no file; write sqlite:app.db, or sqlite::memory:")
    }
    if url.looksLikeCredentials {
      throw .misuse(
        "a SQLite URL names a file and has no user, password or host; write sqlite:app.db")
    }
    var options = url.options
    let mode = try options.take("mode", oneOf: Mode.allCases.map(\.rawValue)).flatMap(Mode.init)
    // SQLite's own spelling of shared memory; here all connections share it anyway.
    _ = try options.take("cache", oneOf: ["shared", "private"])
    self.path = path
    self.mode = path == ":memory:" ? .memory : mode ?? .readWriteCreate
    synchronous =
      try options.take("synchronous", oneOf: ["off", "normal", "full", "extra"]) ?? "full"
    journalMode =
      try options.take(
        "journal_mode", oneOf: ["wal", "delete", "truncate", "persist", "memory", "off"]) ?? "wal"
    busyTimeout = try options.duration("busy_timeout") ?? .seconds(5)
    foreignKeys = try options.flag("foreign_keys") ?? true
    cacheKiB = try options.integer("cache_size", in: 0...(1 << 30))
    mmapBytes = try options.integer("mmap_size", in: 0...Int.max)
    readerCount = try options.integer("readers", in: 0...64) ?? 4
    doubleQuotedStrings = try options.flag("double_quoted_strings") ?? false
    try options.finish()
  }
}
