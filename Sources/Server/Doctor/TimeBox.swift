import Dispatch

/// Runs what may hang, for a limited time.
enum TimeBox {
  /// What `body` returns, or nil if it takes longer.
  ///
  /// Work that is late is cancelled and given up, whether it heeds that or not; the time is taken by
  /// a thread of its own, so that work which blocks its thread cannot hold up the end.
  static func run<R: Sendable>(
    within limit: Duration, _ body: @escaping @Sendable () async -> R
  ) async -> R? {
    let (stream, outcome) = AsyncStream.makeStream(
      of: R?.self, bufferingPolicy: .bufferingOldest(1))
    let work = Task.detached { outcome.yield(await body()) }
    let (seconds, fraction) = limit.components
    let milliseconds = Int(seconds) * 1000 + Int(fraction / 1_000_000_000_000_000)
    // Not a global queue: work that blocks its thread may have all of those.
    let queue = DispatchQueue(label: "dovetail.doctor.timebox")
    queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
      outcome.yield(nil)
      work.cancel()
    }
    var iterator = stream.makeAsyncIterator()
    return await iterator.next() ?? nil
  }

  /// The checks that `body` returns, or an error under `id` if it takes longer.
  static func checks(
    _ id: String, within limit: Duration = .seconds(5),
    _ body: @escaping @Sendable () async -> [DoctorCheck]
  ) async -> [DoctorCheck] {
    if let checks = await run(within: limit, body) { return checks }
    return [DoctorCheck(id, .error, "no answer within \(limit.components.seconds) s; gave up")]
  }
}
