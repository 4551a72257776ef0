import ChatClient
import Foundation

/// A command of whoever runs the test.
struct ShellCommand: Sendable {
  /// What the shell is given.
  let text: String

  /// Runs it and waits for its end.
  func run() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", text]
    process.standardInput = FileHandle.nullDevice
    let status = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    guard status == 0 else {
      throw ChatClientError("The command `\(text)` ended with status \(status).")
    }
  }
}
