import DriverAPI
import Foundation
import SQLLogicTest
import Testing

@Suite("The oracle agrees")
struct OracleTests {
  @Test("on this project's own records", arguments: OracleEngine.runs)
  func ownRecords(run: OracleRun) async throws {
    #expect(!Corpus.own.isEmpty, "the own records are gone")
    var bound = 0
    for file in Corpus.own {
      let report = try await run.report(of: SQLLogicScript(contentsOf: file))
      #expect(report.hasPassed && report.refusals.isEmpty, "\(report)")
      bound += report.boundLiteralCount
    }
    #expect((bound > 0) == (run.mode == .literalsBound))
  }

  @Test(
    "on select1 to select3 of the public corpus",
    .enabled(if: Corpus.isPresent, "the corpus is absent"), arguments: OracleEngine.runs)
  func selects(run: OracleRun) async throws {
    let counts = try await run.counts(of: (1...3).map { "select\($0).test" })
    #expect(counts.passed == 5413)
    #expect(counts.refused == 0)
    #expect(counts.bound == (run.mode == .literalsBound ? 34_824 : 0))
  }

  @Test(
    "on select4",
    .enabled(if: Corpus.isPresent, "the corpus is absent"), arguments: OracleEngine.longRuns)
  func manySelects(run: OracleRun) async throws {
    let counts = try await run.counts(of: ["select4.test"])
    #expect(counts.passed == 3857)
    #expect(counts.refused == 0)
    #expect(counts.bound == (run.mode == .literalsBound ? 80_627 : 0))
  }

  @Test(
    "on the joins of select5",
    .enabled(if: Corpus.isPresent, "the corpus is absent"), arguments: OracleEngine.longRuns)
  func joins(run: OracleRun) async throws {
    let counts = try await run.counts(of: ["select5.test"])
    // MariaDB joins at most 61 tables, and 36 queries have more.
    let refused = run.engine.name == "MariaDB" ? 36 : 0
    #expect(counts.refused == refused)
    #expect(counts.passed == 1436 - refused)
    #expect(counts.bound == (run.mode == .literalsBound ? 2012 : 0))
  }

  @Test("and nothing is left out in silence")
  func presence() {
    if !Corpus.isPresent {
      print(
        "oracle: the public corpus is absent at \(Corpus.folder.path): its 5 scripts did not run; "
          + "set DOVETAIL_SLT to its folder")
    }
    for engine in OracleEngine.all where engine.url == nil {
      print("oracle: \(engine.name) was not asked; set \(engine.variable ?? "its URL")")
      #expect(!Corpus.asksServers, "\(engine.name) has no URL, and DOVETAIL_SERVERS asks for it")
    }
    #expect(
      Corpus.isPresent || !Corpus.isNamed, "DOVETAIL_SLT names \(Corpus.folder.path): it is absent")
  }
}
