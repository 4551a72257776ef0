public import DriverAPI

extension ConformanceSuite {
  /// Is told of every check as it ends: the check, how many have ended, and how many there are.
  public typealias Progress =
    @Sendable (_ check: ConformanceReport.Check, _ done: Int, _ total: Int) -> Void

  /// The checks of clauses or of families of clauses, in the contract's order.
  ///
  /// - Parameter names: such as `TX-9` or `TX`, in capitals or not, or a single check as
  ///   ``Clause/description`` names it; none means all.
  /// - Throws: `misuse` that names what is no clause and lists the families.
  public static func clauses(matching names: [String]) throws(DatabaseError) -> [Clause] {
    let checks = Set(clauses.map(\.description))
    let wanted = Set(names.map { checks.contains($0) ? $0 : $0.uppercased() })
    let families = families.map(\.0)
    let known = checks.union(contract).union(families)
    for name in wanted.sorted() where !known.contains(name) {
      throw .misuse(
        "\(name) is no clause; write one such as TX-9, or a family of them: "
          + families.joined(separator: ", "))
    }
    if wanted.isEmpty { return clauses }
    let found = clauses.filter {
      !wanted.isDisjoint(with: [$0.id, family($0.id), $0.description])
    }
    guard !found.isEmpty else {
      throw .misuse("there is no check of \(wanted.sorted().joined(separator: ", "))")
    }
    return found
  }

  /// Runs checks on a backend, several at once.
  ///
  /// A check that fails is in the report; it does not end the run.
  ///
  /// - Parameter knownFailures: as ``cases(_:except:)`` takes them.
  /// - Throws: why no database for a case could be made or opened; then nothing was checked.
  public static func report(
    on harness: any ConformanceHarness, clauses: [Clause] = Self.clauses,
    except knownFailures: [String: String] = [:],
    progress: @escaping Progress = { _, _, _ in }
  ) async throws -> ConformanceReport {
    var report = ConformanceReport(
      backend: harness.name, server: try await facts(of: harness))
    var checks: [Int: ConformanceReport.Check] = [:]
    await withTaskGroup(of: (Int, ConformanceReport.Check).self) { group in
      for (index, clause) in clauses.enumerated() {
        var promise = ConformanceCase(clause, on: harness)
        promise.knownFailure = knownFailures[clause.description]
        group.addTask { [promise] in (index, await promise.checked()) }
      }
      for await (index, check) in group {
        checks[index] = check
        progress(check, checks.count, clauses.count)
      }
    }
    report.checks = clauses.indices.compactMap { checks[$0] }
    return report
  }

  private static func facts(of harness: any ConformanceHarness) async throws -> ServerFacts {
    let context = ConformanceContext(harness, url: try await harness.makeDatabase())
    do {
      let facts = try await context.facts()
      await harness.removeDatabase(context.url)
      return facts
    } catch {
      await harness.removeDatabase(context.url)
      throw error
    }
  }
}

extension ConformanceCase {
  /// Runs the case and tells how it ended.
  fileprivate func checked() async -> ConformanceReport.Check {
    let stopwatch = Stopwatch()
    func ended(
      _ outcome: ConformanceReport.Outcome, _ failure: String? = nil
    ) -> ConformanceReport.Check {
      ConformanceReport.Check(
        clause: clause.id, title: clause.title, outcome: outcome, failure: failure,
        seconds: stopwatch.seconds)
    }
    do {
      return switch try await judged({ stopwatch.start() }) {
      case .held: ended(.held)
      case .provenOff: ended(.provenOff)
      case .failedAsKnown: ended(.failedAsKnown, knownFailure)
      case .notSaid: ended(.notSaid)
      }
    } catch let reason as NotSaid {
      return ended(.notSaid, "\(reason)")
    } catch {
      // Without a database the case never came to its check, which would have named the clause.
      let isNamed = error is ClauseFailure
      return ended(.failed, isNamed ? "\(error)" : "[\(clause.id)] \(self): \(error)")
    }
  }
}
