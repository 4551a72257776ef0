import Foundation

/// Commands of the system.
enum Shell {
  /// The status that a command ends with; its output is discarded.
  static func status(of command: String) async -> Int32 {
    // Not Foundation's Process: a server that is started would inherit the descriptor by which it
    // learns of the end.
    await withCheckedContinuation { continuation in
      Thread {
        continuation.resume(returning: system("(\(command)) > /dev/null 2>&1 < /dev/null"))
      }.start()
    }
  }
}
