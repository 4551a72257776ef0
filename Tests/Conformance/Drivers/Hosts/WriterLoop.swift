import DriverAPI
import Foundation

/// Tasks that store numbered marks, each in a transaction of its own, and remember what they were told of it.
final class WriterLoop: Sendable {
  /// What became of a mark.
  enum Fate: Sendable {
    case stored
    /// The answer was lost.
    case unknown
    /// It was refused, or never sent.
    case failed(DatabaseError)
  }

  private struct State {
    var next = 1
    var fates: [Int: Fate] = [:]
    var lastStored = ContinuousClock.now
    var longestGap = Duration.zero
    var isOver = false
  }

  private let state = Mutex(State())
  private let db: Database

  init(_ db: Database) { self.db = db }

  /// Makes the table.
  func prepare() async throws {
    try await db.exec("DROP TABLE IF EXISTS marks")
    try await db.exec("CREATE TABLE marks (id bigint NOT NULL PRIMARY KEY, told varchar(40))")
  }

  /// Writes with so many tasks until ``stop()``.
  func run(taskCount: Int) async {
    state.withLock { $0.lastStored = .now }
    await withTaskGroup { group in
      for _ in 0..<taskCount { group.addTask { await self.write() } }
    }
  }

  func stop() { state.withLock { $0.isOver = true } }

  /// When a mark was last stored, and the longest time between two.
  var storing: (last: ContinuousClock.Instant, longestGap: Duration) {
    state.withLock { ($0.lastStored, $0.longestGap) }
  }

  var fates: [Int: Fate] { state.withLock { $0.fates } }

  private func write() async {
    while true {
      let id = state.withLock { state in
        defer { state.next += 1 }
        return state.isOver ? nil : state.next
      }
      guard let id else { return }
      let fate = await store(id)
      state.withLock { state in
        state.fates[id] = fate
        guard case .stored = fate else { return }
        state.longestGap = max(state.longestGap, .now - state.lastStored)
        state.lastStored = .now
      }
      if case .stored = fate { continue }
      // Nobody cancels it.
      _ = try? await Task.sleep(for: .milliseconds(50))
    }
  }

  private func store(_ id: Int) async -> Fate {
    do {
      try await db.transaction { transaction in
        try await transaction.exec("INSERT INTO marks (id, told) VALUES (?, 'a mark')", id)
      }
      return .stored
    } catch let error as DatabaseError {
      return error.execution == .unknown ? .unknown : .failed(error)
    } catch {
      return .failed(.misuse("\(error)"))
    }
  }

  /// What is there, against what was told.
  struct Account: CustomStringConvertible {
    var storedCount = 0
    var unknownCount = 0
    var unknownStoredCount = 0
    var failures: [DatabaseError.Kind: Int] = [:]
    /// Told as stored, and not there.
    var lost: [Int] = []
    /// Told as refused or not sent, and there.
    var unexpected: [Int] = []

    var description: String {
      "\(storedCount) stored; \(unknownCount) unknown, of which \(unknownStoredCount) are there; failed: "
        + failures.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
    }
  }

  /// Looks at what is there.
  func account() async throws -> Account {
    let there = Set(try await db.query("SELECT id FROM marks", as: Int.self).collect())
    var account = Account()
    for (id, fate) in fates {
      switch fate {
      case .stored:
        account.storedCount += 1
        if !there.contains(id) { account.lost.append(id) }
      case .unknown:
        account.unknownCount += 1
        if there.contains(id) { account.unknownStoredCount += 1 }
      case .failed(let error):
        account.failures[error.kind, default: 0] += 1
        if there.contains(id) { account.unexpected.append(id) }
      }
    }
    return account
  }
}
