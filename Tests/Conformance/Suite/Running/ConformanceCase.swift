import DriverAPI

/// One clause on one backend: what a test runner calls.
public struct ConformanceCase: Sendable, CustomStringConvertible {
  /// How a case ended that did not fail.
  public enum Outcome: String, Sendable {
    /// The promise was kept.
    case held
    /// The driver does not make the promise, and it was proven that it does not.
    case provenOff
    /// It failed, as was said in advance, for a reason that lies outside the driver.
    case failedAsKnown
    /// It could not be asked of this engine, or must not be, for a reason that was printed.
    case notSaid
  }

  /// The promise.
  public let clause: Clause
  /// The backend.
  public let harness: any ConformanceHarness
  /// How long the case may take before it counts as hanging.
  public var limit: Duration = .seconds(60)
  /// Where the check's tasks run; nil leaves it to Swift's pool of threads. A driver that offers an
  /// executor keeps the contract there too.
  public var taskExecutor: (any TaskExecutor)?
  /// Why the check must fail on this backend; nil if it must not.
  public var knownFailure: String?

  /// Why the check must not run on this backend: it would end the process or the server; nil if it may.
  public var fatality: String?

  /// A clause on a backend.
  public init(_ clause: Clause, on harness: any ConformanceHarness) {
    self.clause = clause
    self.harness = harness
  }

  /// The clause and the backend.
  public var description: String { "\(clause) — \(harness.name)" }

  /// Checks the clause on a database of its own.
  ///
  /// - Returns: whether the promise was kept, proven not to be made, or broken as known.
  /// - Throws: ``ClauseFailure`` with the clause's id if it was broken, if the check met an error it
  ///   did not expect, or if it hangs; also if it did not fail although it is known to.
  @discardableResult
  public func run() async throws -> Outcome { try await run(started: {}) }

  /// - Parameter started: called when the case's turn has come.
  func run(started: () -> Void) async throws -> Outcome {
    if let fatality {
      print("not run: \(self): \(fatality)")
      return .notSaid
    }
    do { return try await judged(started) } catch let reason as NotSaid {
      print("not said: \(self): \(reason)")
      return .notSaid
    }
  }

  func judged(_ started: () -> Void) async throws -> Outcome {
    guard let knownFailure else { return try await runOnce(started) }
    // Without a database the case never came to its check: that is no failure of the clause.
    do { _ = try await runOnce(started) } catch is ClauseFailure {
      print("known failure: \(self): \(knownFailure)")
      return .failedAsKnown
    }
    throw named(
      ClauseFailure("it holds, and stands among the known failures: take it off that list"))
  }

  private func runOnce(_ started: () -> Void) async throws -> Outcome {
    try await CaseGate.shared.admitted(clause.weight) {
      started()
      let context = ConformanceContext(harness, url: try await harness.makeDatabase())
      let outcome: Result<Outcome, NotSaid>
      do {
        outcome = try await Deadline.run(within: limit, named: "\(clause)", on: taskExecutor) {
          let outcome = try await self.answer(context)
          try await context.closeDatabases()
          return outcome
        }
      } catch {
        await context.abandon()
        throw named(error, context.lastFailure)
      }
      await harness.removeDatabase(context.url)
      return try outcome.get()
    }
  }

  private func answer(_ context: ConformanceContext) async throws -> Result<Outcome, NotSaid> {
    do { return .success(try await check(context)) } catch let reason as NotSaid {
      return .failure(reason)
    }
  }

  private func check(_ context: ConformanceContext) async throws -> Outcome {
    if let requirement = clause.requirement, let opposite = clause.opposite {
      let server = try await context.facts()
      if !server.capabilities[keyPath: requirement] {
        try await opposite(context)
        return .provenOff
      }
    }
    try await clause.check(context)
    return .held
  }

  /// What an author has to know: the promise, what was found, the statement that failed last, which an error
  /// does not quote, and what the engine said of it.
  private func named(
    _ error: any Error, _ last: ConformanceContext.FailedStatement? = nil
  ) -> any Error {
    let failure =
      error as? ClauseFailure
      ?? ClauseFailure(
        "unexpected error: \(error)", file: clause.place.file, line: clause.place.line)
    var message = "[\(clause.id)] \(clause.title) on \(harness.name): \(failure.message)"
    if let last {
      message +=
        "; the statement that failed last: \(last.text.prefix(300)); it was told as \(last.error)"
      if let words = last.error.serverMessage {
        message += "; the engine said: \(words.prefix(500))"
      }
    } else if let words = (error as? DatabaseError)?.serverMessage {
      message += "; the engine said: \(words.prefix(500))"
    }
    return ClauseFailure(message, at: failure)
  }
}

extension ClauseFailure {
  /// The same place with another message.
  fileprivate init(_ message: String, at other: ClauseFailure) {
    self.message = message
    file = other.file
    line = other.line
  }
}
