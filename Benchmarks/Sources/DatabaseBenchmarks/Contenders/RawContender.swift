import CRawSQLite
import CRawWork
import Foundation
import Synchronization

/// The C loops: what the library itself can do.
final class RawContender: Contender {
  let name = "raw-c"
  private let connections = Mutex<[Store: Handle]>([:])
  private let readers = Mutex<[Store: [Handle]]>([:])

  /// A connection may move between threads as long as one uses it at a time, which `measure`
  /// being called for one round at a time guarantees.
  private struct Handle: @unchecked Sendable {
    let connection: RawConnection
  }

  func measure(_ work: Work, count: Int, on store: Store) async throws -> Outcome {
    let raw = try connection(to: store)
    var outcome = raw_outcome()
    let stopwatch = Stopwatch()
    if work == .openClose {
      for _ in 0..<count { try openAndClose(store, &outcome) }
      return Outcome(outcome, stopwatch.elapsed(), writes: false)
    }
    let code =
      work == .pointSelect64
      ? try pointSelectByThreads(Int64(count), store, &outcome)
      : run(work, Int64(count), store, raw.handle, &outcome)
    let elapsed = stopwatch.elapsed()
    try raw.check(code)
    return Outcome(outcome, elapsed, writes: work.writes)
  }

  func synchronousLevel(on store: Store) throws -> Int64 {
    let raw = try connection(to: store)
    var level: Int64 = 0
    try raw.check(raw_select_integer(raw.handle, "PRAGMA synchronous", &level))
    return level
  }

  func close(_ store: Store) {
    connections.withLock { $0.removeValue(forKey: store) }?.connection.close()
    for handle in readers.withLock({ $0.removeValue(forKey: store) }) ?? [] {
      handle.connection.close()
    }
  }

  private func connection(to store: Store) throws -> RawConnection {
    try connections.withLock { open in
      if let handle = open[store] { return handle }
      let handle = Handle(connection: try RawConnection(store))
      open[store] = handle
      return handle
    }.connection
  }

  private func run(
    _ work: Work, _ count: Int64, _ store: Store, _ handle: OpaquePointer,
    _ outcome: inout raw_outcome
  ) -> Int32 {
    switch work {
    case .pointSelect, .pointSelectLimited:
      raw_point_select(handle, count, store.rows, Runner.seed, true, &outcome)
    case .streamBorrowed: raw_stream(handle, false, &outcome)
    case .streamOwned: raw_stream(handle, true, &outcome)
    case .insertTransaction: raw_insert_in_transaction(handle, count, &outcome)
    case .insertAutocommitFull, .insertAutocommitNormal:
      raw_insert_autocommit(handle, count, Int32(Work.writerCount), &outcome)
    case .pointSelect64, .openClose: 0
    }
  }

  private func pointSelectByThreads(
    _ count: Int64, _ store: Store, _ outcome: inout raw_outcome
  ) throws -> Int32 {
    let handles: [OpaquePointer?] = try readers(of: store).map(\.connection.handle)
    return raw_point_select_by_threads(
      handles, Int32(handles.count), count, store.rows, Runner.seed, &outcome)
  }

  /// One for each processor.
  private func readers(of store: Store) throws -> [Handle] {
    try readers.withLock { open in
      if let handles = open[store] { return handles }
      let handles = try (0..<ProcessInfo.processInfo.activeProcessorCount).map { _ in
        Handle(connection: try RawConnection(store))
      }
      open[store] = handles
      return handles
    }
  }

  private func openAndClose(_ store: Store, _ sum: inout raw_outcome) throws {
    let raw = try RawConnection(store)
    defer { raw.close() }
    var outcome = raw_outcome()
    try raw.check(raw_point_select(raw.handle, 1, store.rows, Runner.seed, true, &outcome))
    sum.add(outcome)
  }
}
