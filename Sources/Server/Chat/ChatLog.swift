import Logging

/// What the operator is told of who comes and goes.
final class ChatLog: Sendable {
  /// Somebody logged in.
  let entered: CountedLog
  /// Somebody is gone, for whatever reason.
  let left: CountedLog
  /// Somebody was not let in.
  let refused: CountedLog
  /// Somebody was cut because too much waited for all who do not read.
  let cut: CountedLog
  /// An administrator did something to what others said.
  let moderated: CountedLog

  init(_ logger: Logger) {
    entered = CountedLog("logged in", .info, burst: 200, logger)
    left = CountedLog("left", .info, burst: 200, logger)
    cut = CountedLog("slow reader cut", .warning, burst: 20, logger)
    moderated = CountedLog("moderation", .notice, burst: 200, logger)
    refused = CountedLog("log-in refused", .notice, burst: 20, logger)
  }
}
