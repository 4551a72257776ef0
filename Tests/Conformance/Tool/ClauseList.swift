import DriverAPI
import DriverConformance

/// The clauses, one a line.
enum ClauseList {
  static func show(matching names: [String]) throws(DatabaseError) {
    for clause in try ConformanceSuite.clauses(matching: names) { print(clause) }
    if names.isEmpty {
      print("no check: \(ConformanceSuite.uncovered.joined(separator: ", "))")
    }
  }
}
