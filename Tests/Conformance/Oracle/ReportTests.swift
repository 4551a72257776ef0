import DriverAPI
import DriverSQLite
import Foundation
import Testing

@testable import DriverConformance

@Suite("Reports tell what happened")
struct ReportTests {
  private func report(_ checks: ConformanceReport.Check...) -> ConformanceReport {
    let server = ServerFacts(
      product: "Engine", version: "1.2", dialect: .sqlite, capabilities: Capabilities())
    var report = ConformanceReport(backend: "a & b", server: server)
    report.checks = checks
    return report
  }

  private let held = ConformanceReport.Check(
    clause: "TX-1", title: "It holds.", outcome: .held, failure: nil, seconds: 0.25)
  private let off = ConformanceReport.Check(
    clause: "TX-10", title: "It is off.", outcome: .provenOff, failure: nil, seconds: 0.5)
  private let failed = ConformanceReport.Check(
    clause: "TX-1", title: "It | fails.", outcome: .failed, failure: "found <1>\n\u{1}\"x\"",
    seconds: 1)

  @Test("as JUnit, with what XML cannot hold replaced")
  func junit() {
    #expect(
      JUnitDocument([report(held, failed)]).xml == """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites tests="2" failures="1" time="1.25">
          <testsuite name="a &amp; b" tests="2" failures="1" time="1.25">
            <testcase classname="TX-1" name="It holds." time="0.25"/>
            <testcase classname="TX-1" name="It | fails." time="1.0">\
        <failure message="found &lt;1&gt;&#10;\u{fffd}&quot;x&quot;"/></testcase>
          </testsuite>
        </testsuites>

        """)
  }

  @Test("as a table, one column a backend, with what failed below it")
  func markdown() {
    #expect(
      [report(held, failed), report(off)].markdown == """
        | clause | promise | a & b | a & b |
        | --- | --- | --- | --- |
        | TX-1 | It holds. | held | not run |
        | TX-1 | It \\| fails. | **failed** | not run |
        | TX-10 | It is off. | not run | proven off |

        Failed on a & b:

        - found <1> \u{1}"x"

        """)
  }

  @Test("only a run in which something was checked and nothing failed has passed")
  func passed() {
    #expect(report(held, off).hasPassed)
    #expect(!report(held, failed).hasPassed)
    #expect(!report().hasPassed)
  }

  @Test("pages do not depend on when they were written, and name every clause and capability")
  func pages() async throws {
    func pages(_ seconds: Double) -> ConformancePages {
      var held = held
      held = ConformanceReport.Check(
        clause: held.clause, title: held.title, outcome: held.outcome, failure: nil,
        seconds: seconds)
      return ConformancePages([report(held, off)])
    }
    #expect(pages(1).conformance == pages(2).conformance)
    #expect(pages(1).conformance.contains("| TX-1 | It holds. | held |"))
    #expect(pages(1).conformance.contains("| clause | promise | Engine |"))
    for name in ConformanceSuite.uncovered { #expect(pages(1).conformance.contains(name)) }
    for name in CapabilityFact.all.map(\.name) {
      #expect(pages(1).differences.contains("| `\(name)` |"))
    }
  }

  @Test("every capability and every family has its line")
  func completeness() {
    let flags = Mirror(reflecting: Capabilities()).children.compactMap(\.label)
    #expect(CapabilityFact.all.map(\.name) == flags)
    for (index, fact) in CapabilityFact.all.enumerated() {
      var capabilities = Capabilities()
      for other in CapabilityFact.all { capabilities.set(other.flag, to: false) }
      capabilities.set(fact.flag, to: true)
      let values = Mirror(reflecting: capabilities).children.map { $0.value as? Bool }
      #expect(values == flags.indices.map { $0 == index }, "\(fact.name) is another flag's name")
    }
    var families: [String] = []
    for family in ConformanceSuite.contract.map(ConformanceSuite.family)
    where families.last != family {
      families.append(family)
    }
    #expect(ConformanceSuite.families.map(\.0) == families)
  }

  @Test("clauses are chosen by id and by family, and what is no clause is refused")
  func choice() throws {
    let chosen = try ConformanceSuite.clauses(matching: ["tx-9", "ROW"])
    #expect(Set(chosen.map(\.id)) == ["TX-9", "ROW-1", "ROW-2"])
    #expect(try ConformanceSuite.clauses(matching: []).count == ConformanceSuite.clauses.count)
    for name in ["TX-99", "NOPE", "TX-"] {
      let error = #expect(throws: DatabaseError.self) {
        try ConformanceSuite.clauses(matching: [name])
      }
      #expect(error?.kind == .misuse && error?.message.contains(name) == true)
    }
  }

  @Test("a broken promise is in the report, and the others are checked all the same")
  func run() async throws {
    let clauses = [
      Clause("TX-1", "It holds.") { context in _ = try await context.open() },
      Clause("TX-2", "It fails.") { _ in throw ClauseFailure("on purpose") },
      Clause(
        "TX-3", "It is off.", needs: \.unsignedIntegers, otherwise: { _ in },
        { _ in throw ClauseFailure("not asked") }),
    ]
    let harness = try URLHarness("sqlite::memory:", driver: SQLiteDriver())
    let report = try await ConformanceSuite.report(on: harness, clauses: clauses)
    #expect(report.checks.map(\.outcome) == [.held, .failed, .provenOff])
    #expect(report.failures.first?.failure?.contains("on purpose") == true)
    #expect(report.failures.first?.failure?.contains("[TX-2] It fails.") == true)
    #expect(report.product == "SQLite")
  }
}

extension Capabilities {
  fileprivate mutating func set(_ flag: Clause.Requirement, to value: Bool) {
    if let flag = flag as? WritableKeyPath<Capabilities, Bool> { self[keyPath: flag] = value }
  }
}
