import ChatClient
import Foundation

/// A command of whoever runs the test.
struct ShellCommand: Sendable {
  /// What the shell is given.
  let text: String

  /// Runs it and waits for its end.
  func run() async throws {
    // Not Foundation's Process: a daemon that the command starts would inherit the descriptor by which
    // it learns of the end.
    let text = text
    let status = await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: system("(\(text)) < /dev/null")) }.start()
    }
    guard status == 0 else {
      throw ChatClientError("The command `\(text)` ended with status \(status).")
    }
  }
}
