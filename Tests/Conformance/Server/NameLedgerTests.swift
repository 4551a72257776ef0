import Testing

@testable import Server

@Suite struct NameLedgerTests {
  private func seat(
    _ name: String, _ session: SessionID, _ channel: String = "general"
  ) -> NameLedger.Seat {
    NameLedger.Seat(session: session, name: UserName(name), channel: channel)
  }

  private func work(_ ledger: inout NameLedger) -> NameLedger.Work {
    ledger.takeWork { _ in false }
  }

  @Test func aNameIsClaimedChangedAndReleased() {
    var ledger = NameLedger()
    let id = SessionID()
    ledger.claim(seat("Alice", id))
    let claims = work(&ledger).claims
    #expect(claims.map(\.name.key) == ["alice"])
    ledger.noteStored(claims)
    #expect(ledger.isStored("alice"))
    let work1 = work(&ledger)
    #expect(work1.isEmpty)
    ledger.move(id, "alice", to: "ops")
    let changes = work(&ledger).changes
    #expect(changes.map(\.channel) == ["ops"])
    ledger.noteStored(changes)
    ledger.release(id, "alice")
    let work2 = work(&ledger)
    #expect(work2.releases == ["alice"])
    ledger.noteReleased(["alice"])
    let work3 = work(&ledger)
    #expect(work3.isEmpty && ledger.count == 0)
  }

  @Test func whoeverLeavesWhileHisNameIsClaimedLeavesNothingBehind() {
    var ledger = NameLedger()
    let id = SessionID()
    ledger.claim(seat("alice", id))
    let claims = work(&ledger).claims
    ledger.release(id, "alice")
    ledger.noteStored(claims)
    let work4 = work(&ledger)
    #expect(work4.releases == ["alice"])
  }

  @Test func aNewSessionOfTheSameNameKeepsTheRow() {
    var ledger = NameLedger()
    let (old, new) = (SessionID(), SessionID())
    ledger.claim(seat("alice", old))
    ledger.noteStored(work(&ledger).claims)
    ledger.claim(seat("Alice", new))
    // It comes late: the name is another's by now.
    ledger.release(old, "alice")
    let next = work(&ledger)
    #expect(next.releases.isEmpty && next.claims.isEmpty)
    #expect(next.changes.map(\.name.display) == ["Alice"])
  }

  @Test func whatFailedIsDoneAgain() {
    var ledger = NameLedger()
    let id = SessionID()
    ledger.claim(seat("alice", id))
    let failed = work(&ledger)
    let work5 = work(&ledger)
    #expect(work5.isEmpty)
    ledger.putBack(failed)
    // Nobody knows whether it was stored; if it is not wanted any more it is released to be sure.
    ledger.release(id, "alice")
    let work6 = work(&ledger)
    #expect(work6.releases == ["alice"])
  }

  @Test func whoeverWaitsForAnotherServerIsNotAskedForAgainAndAgain() {
    var ledger = NameLedger()
    ledger.claim(seat("alice", SessionID()))
    ledger.noteTaken(work(&ledger).claims[0].name.key)
    ledger.enqueue("alice")
    let work7 = ledger.takeWork { $0 == "alice" }
    #expect(work7.isEmpty)
    ledger.enqueue("alice")
    let work8 = work(&ledger)
    #expect(work8.claims.count == 1)
  }
}
