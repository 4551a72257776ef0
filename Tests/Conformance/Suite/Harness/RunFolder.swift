import DriverAPI
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A folder for the files of one run, locked for as long as the run lives.
///
/// The lock is the system's and ends with the process, however it ends.
final class RunFolder: Sendable {
  let path: String
  private let descriptor: Int32

  /// A new folder.
  ///
  /// - Throws: `cannotConnect` if it cannot be made.
  init(in parent: String) throws(DatabaseError) {
    while true {
      let path = "\(parent)/\(CaseName.prefix)\(CaseName.newRun())"
      guard mkdir(path, 0o700) == 0 else {
        if errno == EEXIST { continue }
        throw DatabaseError(
          .cannotConnect,
          "no folder for the cases can be made in \(parent): \(String(cString: strerror(errno)))")
      }
      // Another run may have taken it for one left behind, before it was locked.
      guard let descriptor = Self.locked(path) else { continue }
      self.path = path
      self.descriptor = descriptor
      return
    }
  }

  /// A folder that a run left behind; nil if that run is still at work.
  init?(existing path: String) {
    guard let descriptor = Self.locked(path) else { return nil }
    self.path = path
    self.descriptor = descriptor
  }

  deinit { Self.close(descriptor) }

  /// Removes it with all its files; false if that failed.
  func remove() -> Bool {
    do {
      try FileManager.default.removeItem(atPath: path)
      return true
    } catch {
      return !FileManager.default.fileExists(atPath: path)
    }
  }

  private static func locked(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var here = stat()
    var there = stat()
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &here) == 0,
      stat(path, &there) == 0, here.st_ino == there.st_ino, here.st_dev == there.st_dev
    else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func close(_ descriptor: Int32) {
    #if canImport(Glibc)
    _ = Glibc.close(descriptor)
    #elseif canImport(Darwin)
    _ = Darwin.close(descriptor)
    #endif
  }
}
