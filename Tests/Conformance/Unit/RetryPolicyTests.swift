import Testing

@testable import DriverAPI

@Suite("When a transaction is repeated")
struct RetryPolicyTests {
  private let policy = RetryPolicy(
    maxAttempts: 5, firstPause: .milliseconds(10), maxPause: .milliseconds(100))

  @Test("losing against another transaction is covered")
  func coversLosing() {
    #expect(policy.covers(DatabaseError(.serializationFailure, "lost")))
    #expect(policy.covers(DatabaseError(.deadlock, "lost")))
  }

  @Test(
    "a lost connection is covered only if the statement certainly never left",
    arguments: [DatabaseError.Kind.connectionLost, .cannotConnect])
  func coversUnsent(_ kind: DatabaseError.Kind) {
    func lost(_ execution: DatabaseError.Execution) -> DatabaseError {
      DatabaseError(kind, "lost", connection: .spent, execution: execution)
    }
    #expect(policy.covers(lost(.notSent)))
    #expect(!policy.covers(lost(.unknown)))
    #expect(!policy.covers(lost(.rejected)))
  }

  @Test("a server that was demoted is covered unless what became of the statement is unknown")
  func coversDemotion() {
    func demoted(_ execution: DatabaseError.Execution) -> DatabaseError {
      DatabaseError(.notPrimary, "demoted", connection: .spent, execution: execution)
    }
    #expect(policy.covers(demoted(.rejected)))
    #expect(policy.covers(demoted(.notSent)))
    #expect(!policy.covers(demoted(.unknown)))
  }

  @Test("nothing else is", arguments: DatabaseError.Kind.allCases)
  func coversNothingElse(_ kind: DatabaseError.Kind) {
    let covered: Set<DatabaseError.Kind> = [
      .serializationFailure, .deadlock, .connectionLost, .cannotConnect, .notPrimary,
    ]
    if covered.contains(kind) { return }
    #expect(!policy.covers(DatabaseError(kind, "failed", execution: .notSent)))
  }

  @Test("errors of the application are not")
  func coversNoOtherErrors() {
    struct Other: Error {}
    #expect(!policy.covers(Other()))
    #expect(!policy.covers(CancellationError()))
  }

  @Test("pauses double up to the longest, with up to a half taken off")
  func pausesGrow() {
    for (attempt, whole) in [(1, 10), (2, 20), (3, 40), (4, 80), (5, 100), (60, 100)] {
      for _ in 0..<50 {
        let pause = policy.pause(after: attempt)
        #expect(pause <= .milliseconds(whole), "after attempt \(attempt)")
        #expect(pause >= .milliseconds(whole) / 2, "after attempt \(attempt)")
      }
    }
  }
}
