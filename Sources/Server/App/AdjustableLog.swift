import Logging
import NIOConcurrencyHelpers

/// The level of all loggers of the server, which can change while it runs.
final class LogLevel: Sendable {
  private let level: NIOLockedValueBox<Logger.Level>

  init(_ level: Logger.Level) {
    self.level = NIOLockedValueBox(level)
  }

  var current: Logger.Level {
    get { level.withLockedValue { $0 } }
    set { level.withLockedValue { $0 = newValue } }
  }
}

/// Writes to another handler what is important enough now.
struct AdjustableLogHandler: LogHandler {
  private var base: any LogHandler
  private let level: LogLevel

  init(_ base: any LogHandler, _ level: LogLevel) {
    self.base = base
    self.base.logLevel = .trace
    self.level = level
  }

  var logLevel: Logger.Level {
    get { level.current }
    set { level.current = newValue }
  }

  var metadata: Logger.Metadata {
    get { base.metadata }
    set { base.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { base[metadataKey: key] }
    set { base[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) { base.log(event: event) }
}
