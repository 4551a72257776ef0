/// What a run has seen. "Measured" means after the warm-up and before the end of sending.
struct LoadCounts: Sendable {
  /// Messages whose author got them back with an id, measured.
  var measuredMessages = 0
  /// Messages received by anybody, measured.
  var measuredDeliveries = 0
  /// All messages sent.
  var sent = 0
  /// All messages whose author got them back with an id.
  var echoed = 0
  /// All messages received by anybody.
  var delivered = 0
  /// What should have been received, given what was echoed.
  var expectedDeliveries = 0
  /// Echoes that came out of the author's order or without an id.
  var disordered = 0
  /// Messages received again.
  var repeated = 0
  /// Messages that were due but not sent, because the server was too far behind.
  var skipped = 0
  /// System replies that a message was not sent.
  var refused = 0
  /// Sockets that ended before the run did.
  var dropped = 0
  /// From sending to the author's echo.
  var echoLatency = LatencyHistogram()
  /// From sending to every receiver.
  var deliveryLatency = LatencyHistogram()

  /// Messages that nobody heard of again.
  var lost: Int { sent - echoed - refused }
}
