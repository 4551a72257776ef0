import CSQLite
import DriverAPI

#if canImport(Glibc)
import Glibc
#endif

/// Why a database file could not be opened, in terms an operator can act on.
struct SQLiteOpenFailure {
  let options: SQLiteOptions
  let code: Int32
  private let systemError: Int32

  init(options: SQLiteOptions, handle: OpaquePointer?, code: Int32) {
    self.options = options
    self.code = code
    systemError = handle.map { sqlite3_system_errno($0) } ?? 0
  }

  var error: DatabaseError {
    DatabaseError(
      code & 0xff == SQLITE_NOMEM ? .resourceExhausted : .cannotConnect, message,
      connection: .spent, execution: .notSent,
      details: .init(nativeCode: Int(code), host: options.path))
  }

  /// Puts the file's name, and a remedy where there is one, to an error of setting the session up.
  static func explain(_ error: DatabaseError, _ options: SQLiteOptions) -> DatabaseError {
    var details = error.details
    details.host = options.path
    let primary = Int32(truncatingIfNeeded: error.details.nativeCode ?? 0) & 0xff
    let (kind, message): (DatabaseError.Kind, String) =
      switch primary {
      case SQLITE_NOTADB:
        (.cannotConnect, "the file is not a SQLite database, or it is encrypted")
      case SQLITE_BUSY:
        (.lockTimeout, "the file stayed locked by another process; stop it or raise busy_timeout")
      case SQLITE_READONLY, SQLITE_CANTOPEN:
        (
          .cannotConnect,
          "the file or its directory cannot be written; check owner and permissions, "
            + "or open it with mode=ro"
        )
      case SQLITE_CORRUPT: (.cannotConnect, "the file is damaged; restore it from a backup")
      default: (error.kind, error.message)
      }
    return DatabaseError(
      kind, message, connection: .spent, execution: .notSent, details: details,
      serverMessage: error.serverMessage)
  }

  private var message: String {
    let folder = directory
    if access(folder, F_OK) != 0 {
      return "the directory \(folder) does not exist; create it first"
    }
    if options.mode != .readWriteCreate, access(options.path, F_OK) != 0 {
      return "the file does not exist; mode=\(options.mode.rawValue) does not create it"
    }
    if isDirectory(options.path) { return "the path is a directory; name a file in it" }
    if access(options.path, F_OK) != 0, access(folder, W_OK) != 0 {
      return "the directory \(folder) cannot be written; check its owner and permissions"
    }
    let reason = systemError != 0 ? String(cString: strerror(systemError)) : "cannot open the file"
    return "\(reason); check the file's owner and permissions"
  }

  private var directory: String {
    guard let slash = options.path.lastIndex(of: "/") else { return "." }
    return slash == options.path.startIndex ? "/" : String(options.path[..<slash])
  }

  private func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
