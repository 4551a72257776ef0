/// One way to do the work on a server. A contender keeps its connections open and warm.
protocol ServerContender: AnyObject, Sendable {
  /// The name in the printed line, as `raw-c`.
  var name: String { get }

  /// Whether it has its own way to do `work`.
  func takesPart(in work: ServerWork) -> Bool

  /// Does `work` once on the tables of ``ServerFixture``, of which the one that is read has `rows`
  /// rows. `count` is the number of operations; streams ignore it.
  func measure(_ work: ServerWork, count: Int, rows: Int64) async throws -> Outcome

  /// Closes its connections.
  func close() async
}
