import Synchronization

/// Who holds a session, noted by the holder itself, and read by whoever reports on the pool.
///
/// A holder that got its session without the pool's lock has told nobody else. Atomic, because the
/// report may come from another thread; it comes only while somebody waits, and then nobody gets a
/// session without the lock, so that it does not meet a note half written.
struct HolderNote: ~Copyable, Sendable {
  private let since = Atomic<Int64>(0)
  private let file = Atomic<UInt>(0)
  private let line = Atomic<UInt>(0)
  // 0 for a holder that runs no code of the application, and for nobody: a task must not take an old
  // note for its own.
  private let task = Atomic<Int>(0)

  /// When the session was last leased. For the holder.
  var lastLease: MonotonicTime {
    MonotonicTime(nanoseconds: since.load(ordering: .relaxed))
  }

  /// A new holder has the session.
  @inline(__always)
  borrowing func write(_ holder: PoolStateMachine.Holder) {
    since.store(holder.since.nanoseconds, ordering: .relaxed)
    file.store(holder.site.file, ordering: .relaxed)
    line.store(holder.site.line, ordering: .relaxed)
    task.store(holder.task ?? 0, ordering: .releasing)
  }

  /// The holder is about to give the session back.
  @inline(__always)
  borrowing func forgetTask() {
    if task.load(ordering: .relaxed) != 0 { task.store(0, ordering: .relaxed) }
  }

  /// Who holds the session, or held it last.
  borrowing func read() -> PoolStateMachine.Holder {
    let task = task.load(ordering: .acquiring)
    return PoolStateMachine.Holder(
      since: lastLease,
      site: HolderSite(
        file: file.load(ordering: .relaxed), line: line.load(ordering: .relaxed)),
      task: task == 0 ? nil : task)
  }
}
