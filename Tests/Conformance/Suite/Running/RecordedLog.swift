import Logging
import DriverAPI

/// Keeps what is logged, so that a check can look at it and a run stays quiet.
final class RecordedLog: Sendable {
  private let recorded = Mutex<[String]>([])

  /// Level, message and metadata of everything so far.
  var lines: [String] { recorded.withLock { $0 } }

  /// A logger that records here.
  var logger: Logger { Logger(label: "dovetail.conformance") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      let all = metadata.merging(event.metadata ?? [:]) { $1 }
      log.recorded.withLock { $0.append("\(event.level): \(event.message) \(all)") }
    }
  }
}
