import DriverAPI

/// The lock of a run that is alive, held by a session for as long as the run lasts.
///
/// A server releases it when the session ends, however the process ended.
struct RunLock: Sendable {
  let number: Int32
  private let holder: Task<Void, Never>
  private let end: AsyncStream<Void>.Continuation

  /// Takes the lock of a new run, and removes what runs left behind whose lock is free.
  static func take(on database: Database, _ namespaces: Namespaces) async throws -> RunLock {
    let (taken, taking) = AsyncThrowingStream<Int32, any Error>.makeStream()
    let (ended, end) = AsyncStream<Void>.makeStream()
    let holder = Task {
      do {
        try await database.withConnection { connection in
          let number = try await Self.begin(on: connection, namespaces)
          taking.yield(number)
          for await _ in ended {}
          try await connection.exec(namespaces.unlock(number))
        }
      } catch {
        // Who waits for the lock is told; later the session's end has released it anyway.
        taking.finish(throwing: error)
      }
    }
    for try await number in taken { return RunLock(number: number, holder: holder, end: end) }
    throw DatabaseError(.other, "the lock of the run was not taken")
  }

  func release() async {
    end.finish()
    await holder.value
  }

  private static func begin(
    on connection: Connection, _ namespaces: Namespaces
  ) async throws -> Int32 {
    var number = CaseName.newRun()
    while try await !isFree(number, connection, namespaces) { number = CaseName.newRun() }
    let names = try await connection.query(namespaces.list, as: String.self).collect()
    let left = Dictionary(grouping: names) { CaseName.run(of: $0) }
    for (run, names) in left {
      guard let run, run != number, try await isFree(run, connection, namespaces) else { continue }
      // The lock of the dead one is held while this goes on.
      for name in names { try await sweep(name, connection, namespaces) }
      try await connection.exec(namespaces.unlock(run))
    }
    return number
  }

  private static func sweep(
    _ name: String, _ connection: Connection, _ namespaces: Namespaces
  ) async throws {
    do { try await connection.exec(namespaces.drop(name)) } catch {
      // Another user's run left it, and another user has to remove it.
      if error.kind == .permissionDenied { return }
      // A run that swept between the look at the names and the lock has removed it.
      let names = try await connection.query(namespaces.list, as: String.self).collect()
      if names.contains(name) { throw error }
    }
  }

  /// Takes the lock of a run if nobody has it.
  private static func isFree(
    _ run: Int32, _ connection: Connection, _ namespaces: Namespaces
  ) async throws -> Bool {
    try await connection.queryRow(namespaces.lock(run), as: Int.self) == 1
  }
}
