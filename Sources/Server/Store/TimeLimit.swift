/// Ends work that takes too long.
enum TimeLimit {
  /// Runs `body` and cancels it when the time is over; then waits for it to give up.
  ///
  /// - Throws: what `body` throws; whatever that is, it may have been caused by the end of the time.
  static func run<R: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> R
  ) async throws -> R {
    try await withThrowingTaskGroup(of: R?.self) { group in
      group.addTask { try await body() }
      group.addTask {
        // Cancelled when the work is done.
        try? await Task.sleep(for: limit)
        return nil
      }
      while let result = try await group.next() {
        group.cancelAll()
        if let result { return result }
      }
      throw CancellationError()
    }
  }
}
