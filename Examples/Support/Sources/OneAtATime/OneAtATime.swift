public import Testing

/// Suites that have it run one after another, each with its own tests beside each other: what measures the
/// memory of this process must not measure the neighbour's. (`.serialized` would hold the tests apart too.)
public struct OneAtATime: SuiteTrait, TestScoping {
  private actor Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
      guard isTaken else { return isTaken = true }
      await withCheckedContinuation { waiting.append($0) }
    }

    func give() {
      if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
  }

  private static let turns = Turns()

  /// The suite as a whole has a turn.
  public var isRecursive: Bool { false }

  /// Waits for the turn, and gives it on.
  public func provideScope(
    for test: Test, testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    await Self.turns.take()
    let result: Result<Void, any Error>
    do { result = .success(try await function()) } catch { result = .failure(error) }
    await Self.turns.give()
    try result.get()
  }
}

extension Trait where Self == OneAtATime {
  /// The trait.
  public static var oneAtATime: Self { OneAtATime() }
}
