import Logging
import NIOConcurrencyHelpers

/// Log lines for something that hostile clients can cause at will: some are written at once, and those
/// beyond in the same ten seconds are counted into the next.
final class CountedLog: Sendable {
  private struct State {
    var began = ContinuousClock.now
    var count = 0
    var leftOutCount = 0
  }

  private static let interval = Duration.seconds(10)

  private let state = NIOLockedValueBox(State())
  private let event: String
  private let level: Logger.Level
  private let burst: Int
  private let logger: Logger

  /// - Parameter burst: how many lines are written in ten seconds.
  init(_ event: String, _ level: Logger.Level, burst: Int, _ logger: Logger) {
    self.event = event
    self.level = level
    self.burst = burst
    self.logger = logger
  }

  /// It happened once more, because of somebody at some address.
  func note(
    _ user: String?, _ address: String, _ details: Logger.Metadata = [:],
    at now: ContinuousClock.Instant = .now
  ) {
    let leftOutCount: Int? = state.withLockedValue { state in
      if now - state.began >= Self.interval {
        state.began = now
        state.count = 0
      }
      guard state.count < burst else {
        state.leftOutCount += 1
        return nil
      }
      state.count += 1
      defer { state.leftOutCount = 0 }
      return state.leftOutCount
    }
    guard let leftOutCount else { return }
    var metadata = details
    metadata["address"] = "\(LogText.line(address))"
    if let user { metadata["user"] = "\(LogText.line(user))" }
    if leftOutCount > 0 { metadata["left_out_before"] = "\(leftOutCount)" }
    logger.log(level: level, "\(event)", metadata: metadata)
  }
}

/// Text of users inside of a log line.
enum LogText {
  /// The text without anything that could end the line, move the cursor or hide what stands there;
  /// cut where it gets long.
  static func line(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(maxCount) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        result += "\\u{\(String(scalar.value, radix: 16))}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return text.unicodeScalars.count > maxCount ? result + "…" : result
  }

  private static let maxCount = 200
}
