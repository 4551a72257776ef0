import Logging
import NIOConcurrencyHelpers

/// What SIGHUP does: the TLS files and the log level are taken as they are by now. What else has
/// changed is named, since it takes a restart.
final class Reload: Sendable {
  private let current: NIOLockedValueBox<ServerConfiguration>
  private let level: LogLevel
  private let logger: Logger
  private let read: @Sendable () throws(ConfigurationError) -> ServerConfiguration

  init(
    current: ServerConfiguration, level: LogLevel, logger: Logger,
    read: @escaping @Sendable () throws(ConfigurationError) -> ServerConfiguration
  ) {
    self.current = NIOLockedValueBox(current)
    self.level = level
    self.logger = logger
    self.read = read
  }

  /// Reads everything again. What is wrong leaves all as it was, and is logged.
  func run(_ listener: ChatListener) {
    let old = current.withLockedValue { $0 }
    let new: ServerConfiguration
    do throws(ConfigurationError) {
      new = try read()
      try replaceTLS(old, new, listener)
    } catch {
      logger.error("not reloaded", metadata: ["reason": "\(LogText.line("\(error)"))"])
      return
    }
    level.current = new.loggerLevel
    current.withLockedValue { $0 = new }
    for warning in new.warnings { logger.warning("\(LogText.line(warning))") }
    let later = Self.changedNames(old.variables, new.variables).subtracting(Self.taken).sorted()
    var metadata: Logger.Metadata = ["log_level": "\(new.logLevel)"]
    if !later.isEmpty { metadata["after_restart"] = "\(later.joined(separator: ", "))" }
    logger.notice("reloaded", metadata: metadata)
  }

  /// The variables whose change needs no restart.
  private static let taken: Set<String> = [
    "MARCHAT_LOG_LEVEL", "MARCHAT_TLS_CERT_FILE", "MARCHAT_TLS_KEY_FILE",
  ]

  private static func changedNames(
    _ old: [String: String], _ new: [String: String]
  ) -> Set<String> {
    let names = Set(old.keys).union(new.keys)
    return names.filter {
      ($0.hasPrefix("MARCHAT_") || $0.hasPrefix("DOVETAIL_")) && old[$0] != new[$0]
    }
  }

  /// Whether a server speaks TLS at all does not change under its clients.
  private func replaceTLS(
    _ old: ServerConfiguration, _ new: ServerConfiguration, _ listener: ChatListener
  ) throws(ConfigurationError) {
    guard (old.tlsFiles == nil) == (new.tlsFiles == nil) else {
      throw ConfigurationError(
        step: .validation, message: "TLS is turned on and off by a restart only")
    }
    guard let files = new.tlsFiles else { return }
    do {
      listener.secure(
        with: try TLSIdentity(certificateFile: files.certificate, keyFile: files.key))
    } catch {
      throw ConfigurationError(step: .validation, message: "\(error)")
    }
  }
}

extension ServerConfiguration {
  /// The level as the logging library names it.
  var loggerLevel: Logger.Level { Logger.Level(rawValue: logLevel) ?? .info }
}
