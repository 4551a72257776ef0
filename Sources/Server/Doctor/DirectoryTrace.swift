import Foundation

/// Remembers which directories were missing, to remove those that came into being since.
///
/// Loading the configuration creates its directory, and a report should leave nothing behind.
struct DirectoryTrace: Sendable {
  /// Deepest first.
  private var missing: [String] = []

  /// Remembers those of a path and of what stands above it that do not exist.
  mutating func note(_ path: String) {
    var url = URL(fileURLWithPath: path).standardizedFileURL
    while url.path != "/", !FileManager.default.fileExists(atPath: url.path) {
      if !missing.contains(url.path) { missing.append(url.path) }
      url.deleteLastPathComponent()
    }
    missing.sort { $0.utf8.count > $1.utf8.count }
  }

  /// Whether the directory was missing.
  func isMissing(_ path: String) -> Bool {
    missing.contains(URL(fileURLWithPath: path).standardizedFileURL.path)
  }

  /// Removes the directories that exist now and are empty.
  func restore() {
    // `rmdir` refuses a directory that somebody has put something into, which is what is wanted.
    for path in missing { _ = rmdir(path) }
  }
}
