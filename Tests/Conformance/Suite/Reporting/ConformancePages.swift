/// The pages of the documentation that a run writes: the same run gives the same pages.
///
/// They hold no dates and no times, so that they change only when a result does.
public struct ConformancePages: Sendable {
  private let reports: [ConformanceReport]

  /// Pages about these backends, in this order, each by the name of its product.
  public init(_ reports: [ConformanceReport]) {
    var counts: [String: Int] = [:]
    self.reports = reports.map { report in
      let isKept = report.capabilities["durableStorage"] == true
      let name = report.product + (isKept ? "" : " in memory")
      counts[name, default: 0] += 1
      let count = counts[name, default: 1]
      return report.renamed(count == 1 ? name : "\(name) (\(count))")
    }
  }

  /// `Conformance.md`: every clause, its checks, and the result on each backend.
  public var conformance: String {
    var text = """
      # Conformance

      What every driver of this package was held to, and what came of it.

      ## Overview

      Written by `dovetail-conformance --document`, from a run on \(servers). A clause may have
      several checks. *Proven off* means that the driver does not claim the capability, and that it
      was shown not to have it: the call throws `unsupported` and nothing has happened.


      """
    for (family, title) in ConformanceSuite.families {
      let ids = ConformanceSuite.contract.filter { ConformanceSuite.family($0) == family }
      text += "### \(title)\n\n" + reports.table(of: Set(ids))
      let unchecked = ids.filter(Set(ConformanceSuite.uncovered).contains)
      if !unchecked.isEmpty {
        text += "\nWithout a check that runs on any driver: \(unchecked.joined(separator: ", ")).\n"
      }
      text += "\n"
    }
    return String(text.dropLast())
  }

  /// `Differences.md`: what the engines can do, and how they write their types.
  public var differences: String {
    """
    # Differences

    What the engines do differently, as their drivers declare it and a run has proven it.

    ## Overview

    Written by `dovetail-conformance --document`, from a run on \(servers).

    ### Capabilities

    \(capabilities)
    ### Kinds of columns

    \(kinds)
    """
  }

  private var servers: String {
    reports.map { "\($0.product) \($0.version)" }.joined(separator: ", ")
  }

  private var capabilities: String {
    var table = MarkdownTable(["capability", "meaning"] + reports.map(\.backend))
    for fact in CapabilityFact.all {
      let cells = reports.map { $0.capabilities[fact.name] == true ? "yes" : "no" }
      table.append(["`\(fact.name)`", fact.meaning] + cells)
    }
    return table.text
  }

  private var kinds: String {
    var table = MarkdownTable(["kind", "meaning"] + reports.map(\.backend))
    for kind in ColumnKind.all {
      let cells = reports.map { report in report.columnTypes[kind.name].map { "`\($0)`" } ?? "" }
      table.append(["`\(kind.name)`", kind.meaning] + cells)
    }
    return table.text
  }
}
