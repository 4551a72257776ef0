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
/// | `immutable` | `on`, `off` | `off` | nobody changes the file while it is open: no locks; needs `mode=ro` |
/// | `nolock` | `on`, `off` | `off` | no locks at all: one connection, and not `wal` |
/// | `vfs` | a name | SQLite's default | through which module files are reached |
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
  let isImmutable: Bool
  let hasNoLocks: Bool
  let vfs: String?

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
    isImmutable = try options.flag("immutable") ?? false
    if isImmutable, (mode ?? .readOnly) != .readOnly {
      throw .misuse("immutable=on is for a file that nobody changes; it goes with mode=ro")
    }
    hasNoLocks = try options.flag("nolock") ?? false
    vfs = options.take("vfs")
    // SQLite's own spelling of shared memory; here all connections share it anyway.
    _ = try options.take("cache", oneOf: ["shared", "private"])
    self.path = path
    self.mode = path == ":memory:" ? .memory : mode ?? (isImmutable ? .readOnly : .readWriteCreate)
    synchronous =
      try options.take("synchronous", oneOf: ["off", "normal", "full", "extra"]) ?? "full"
    let journal = try options.take(
      "journal_mode", oneOf: ["wal", "delete", "truncate", "persist", "memory", "off"])
    if hasNoLocks, journal == "wal" {
      throw .misuse("journal_mode=wal needs locks; with nolock=on choose delete")
    }
    journalMode = journal ?? (hasNoLocks ? "delete" : "wal")
    busyTimeout = try options.duration("busy_timeout") ?? .seconds(5)
    foreignKeys = try options.flag("foreign_keys") ?? true
    cacheKiB = try options.integer("cache_size", in: 0...(1 << 30))
    mmapBytes = try options.integer("mmap_size", in: 0...Int.max)
    let readers = try options.integer("readers", in: 0...64)
    // Without locks a second connection could read what the first is about to write.
    readerCount = hasNoLocks && !isImmutable ? 0 : readers ?? 4
    doubleQuotedStrings = try options.flag("double_quoted_strings") ?? false
    try options.finish()
  }

  /// Whether the file is named by a URI, since SQLite takes some options in no other way.
  var usesURI: Bool { isImmutable || hasNoLocks }

  /// The file as SQLite's open takes it.
  var openName: String {
    guard usesURI else { return path }
    // Bytes that would end the path of a URI, or be taken for an escape.
    var name = "file:"
    for byte in path.utf8 {
      let isPlain = byte < 0x80 && byte > 0x20 && !"%?#".utf8.contains(byte)
      let hex = String(byte, radix: 16)
      name += isPlain ? String(UnicodeScalar(byte)) : "%" + (hex.utf8.count < 2 ? "0" : "") + hex
    }
    return name + "?immutable=\(isImmutable ? 1 : 0)&nolock=\(hasNoLocks ? 1 : 0)"
  }
}
