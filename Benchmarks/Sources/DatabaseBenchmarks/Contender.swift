/// One way to do the work. A contender keeps its connections open between rounds and warm.
protocol Contender: AnyObject, Sendable {
  /// The name in the printed line, as `raw-c`.
  var name: String { get }

  /// Does `work` once. `store` is the database to do it on: the shared one for reads, a fresh one
  /// for writes. `count` is the number of operations; streams ignore it.
  func measure(_ work: Work, count: Int, on store: Store) async throws -> Outcome

  /// What `PRAGMA synchronous` answers on the connection that writes to `store`: a library that
  /// sets it behind the caller's back is not doing the same work.
  func synchronousLevel(on store: Store) async throws -> Int64

  /// Closes what was opened for `store`.
  func close(_ store: Store) async throws
}

/// A refusal of the benchmark itself, with what to do about it.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
