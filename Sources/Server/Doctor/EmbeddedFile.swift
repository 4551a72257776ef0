import Foundation

/// The file of an embedded database, looked at from outside.
struct EmbeddedFile: Sendable {
  /// What stands there.
  enum State: Sendable {
    case missing
    /// A database, or anything else, that keeps no write-ahead log.
    case other
    /// A database with a write-ahead log.
    case writeAheadLog
  }

  let path: String

  /// Reads the file's header, which names the kind of journal.
  var state: State {
    // A symbolic link to nowhere would be created at its end, so links are followed.
    guard FileManager.default.fileExists(atPath: path) else { return .missing }
    guard let file = FileHandle(forReadingAtPath: path),
      let header = try? file.read(upToCount: 20), header.count == 20
    else { return .other }
    return header[18] == 2 && header[19] == 2 ? .writeAheadLog : .other
  }

  /// The directory the file is in.
  var parent: String {
    URL(fileURLWithPath: path).standardizedFileURL.deletingLastPathComponent().path
  }

  /// Whether files can be created beside the file, which its journal needs. One is, and removed: the
  /// superuser may do anything by the permissions, also where a file system takes no files.
  var parentCheck: DoctorCheck {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: parent, isDirectory: &isDirectory) else {
      return DoctorCheck(
        "db_parent", .warn, "database parent dir: \(parent) does not exist; create it")
    }
    guard isDirectory.boolValue else {
      return DoctorCheck(
        "db_parent", .error,
        "database parent path is not a directory: \(parent); correct MARCHAT_DB_PATH")
    }
    if let failure = failureToCreate(in: parent) {
      return DoctorCheck(
        "db_parent_writable", .warn,
        "cannot create files in DB parent: \(parent) (\(String(cString: strerror(failure))))")
    }
    return DoctorCheck("db_parent_writable", .ok, "database parent directory is writable")
  }

  /// Why no file can be created in a directory, as `errno` tells it; nil if one can.
  private func failureToCreate(in directory: String) -> Int32? {
    var name = Array((directory + "/.dovetail-doctor-XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    // At once: whatever is called next may change it.
    guard descriptor >= 0 else { return errno }
    close(descriptor)
    unlink(name)
    return nil
  }
}
