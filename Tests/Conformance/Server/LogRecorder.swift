import DriverAPI
import Logging

/// Keeps the log's lines for a test.
final class LogRecorder: Sendable {
  private let recorded = Mutex<[String]>([])

  /// What was logged: level, text, and metadata sorted by name.
  var lines: [String] { recorded.withLock { $0 } }

  /// A logger that writes here.
  var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

  /// The lines whose text is that.
  func lines(_ text: String) -> [String] {
    lines.filter { $0.split(separator: " ", maxSplits: 1).last?.hasPrefix(text) == true }
  }

  private struct Handler: LogHandler {
    let recorder: LogRecorder
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    init(recorder: LogRecorder) { self.recorder = recorder }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let details = metadata.merging(event.metadata ?? [:]) { $1 }
        .sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
      recorder.recorded.withLock { $0.append("\(event.level) \(event.message)\(details)") }
    }
  }
}

extension Logger {
  /// For tests that do not look at the log.
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
