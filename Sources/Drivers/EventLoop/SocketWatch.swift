import struct Synchronization.Atomic
import CEpoll
import DriverAPI
import Glibc

/// One socket under the eyes of the ``EventLoop``.
package final class SocketWatch: Sendable {
  private struct State {
    var waiter: UnsafeContinuation<Readiness, Never>?
    var isWoken = false
    var isRemoved = false
    /// The deadline of the wait that is about to begin has passed already.
    var isLate = false
    /// Rises with every wait, so that a deadline of an earlier one finds another number.
    var waitNumber: UInt64 = 0
    /// How well waiting inline paid lately; below zero it is left alone for a while.
    var inlineScore = 0

    mutating func takeWaiter() -> UnsafeContinuation<Readiness, Never>? {
      defer { waiter = nil }
      return waiter
    }
  }

  private let id: UInt64
  private let descriptor: Int32
  private let loop: EventLoop
  private let onReady: (@Sendable (Readiness) -> Void)?
  private let state = Mutex(State())

  private static let bestScore = 8
  private static let pauseAfterFailures = -32

  init(
    _ id: UInt64, _ descriptor: Int32, on loop: EventLoop,
    onReady: (@Sendable (Readiness) -> Void)?
  ) {
    self.id = id
    self.descriptor = descriptor
    self.loop = loop
    self.onReady = onReady
  }

  /// Returns when the socket is ready for `interest`, was woken or removed, or the deadline passed.
  ///
  /// For one task at a time. While no other task of the process waits for a socket, and this one
  /// usually answers at once, the thread is held for up to two milliseconds before the task is
  /// suspended: going to sleep and being resumed on another thread costs 20 to 40 µs more than the
  /// answer of a database on the same machine. A task on the loop's own thread holds it until there is
  /// something else to do there.
  package func wait(
    for interest: Readiness, until deadline: ContinuousClock.Instant? = nil
  ) async -> Readiness {
    let others = loop.waitingCount.add(1, ordering: .relaxed).oldValue
    defer { loop.waitingCount.subtract(1, ordering: .relaxed) }
    if others == 0 {
      if !loop.isHere {
        if let ready = waitInline(for: interest) { return ready }
      } else if deadline == nil, let ready = waitOnLoop(for: interest) {
        return ready
      }
    }
    let number = state.withLock { state in
      state.waitNumber += 1
      state.isLate = false
      return state.waitNumber
    }
    let timer = deadline.map { deadline in
      DeadlineTimer.shared.schedule(at: deadline) { [self] in timeOut(number) }
    }
    defer { timer?.cancel() }
    return await withUnsafeContinuation { suspend($0, interest) }
  }

  /// Has `onReady` called once when the socket is ready for `interest`.
  package func arm(for interest: Readiness) {
    // Under the lock: once the watch is removed, another socket may have the descriptor's number.
    let isArmed = state.withLock { state in
      !state.isRemoved && loop.arm(id, descriptor, interest)
    }
    if !isArmed { onReady?(.failed) }
  }

  /// Whether the socket is ready now, or becomes so within the time, in nanoseconds; the thread waits.
  package func poll(for interest: Readiness, nanoseconds: Int) -> Readiness {
    var entry = pollfd(fd: descriptor, events: interest.pollEvents, revents: 0)
    var limit = timespec(tv_sec: 0, tv_nsec: nanoseconds)
    return ppoll(&entry, 1, &limit, nil) > 0 ? Readiness(pollEvents: entry.revents) : []
  }

  /// Ends a wait early, or the next one if there is none; from any thread.
  package func wake() {
    let waiter = state.withLock { state in
      if state.waiter == nil { state.isWoken = true }
      return state.takeWaiter()
    }
    if let waiter { waiter.resume(returning: .woken) } else { loop.letGo() }
  }

  /// Ends the watching; call it before the descriptor is closed. May be called twice.
  package func remove() {
    let waiter = state.withLock { state in
      state.isRemoved = true
      return state.takeWaiter()
    }
    loop.forget(id, descriptor)
    if let waiter { waiter.resume(returning: .failed) } else { loop.letGo() }
  }

  /// The loop saw the socket ready.
  func report(_ readiness: Readiness) {
    if let onReady { return onReady(readiness) }
    let waiter = state.withLock { $0.takeWaiter() }
    waiter?.resume(returning: readiness)
  }

  private func suspend(
    _ continuation: UnsafeContinuation<Readiness, Never>, _ interest: Readiness
  ) {
    let early: Readiness? = state.withLock { state in
      if state.isRemoved { return .failed }
      if state.isWoken {
        state.isWoken = false
        return .woken
      }
      if state.isLate { return .timedOut }
      state.waiter = continuation
      return nil
    }
    if let early { return continuation.resume(returning: early) }
    if !loop.arm(id, descriptor, interest) { report(.failed) }
  }

  private func waitInline(for interest: Readiness) -> Readiness? {
    let isWorthIt = state.withLock { state in
      if state.isWoken || state.isRemoved { return false }
      if state.inlineScore < 0 { state.inlineScore += 1 }
      return state.inlineScore >= 0
    }
    guard isWorthIt else { return nil }
    let ready = loop.inlineWait.wait(for: interest, of: descriptor)
    state.withLock { state in
      if ready == nil {
        state.inlineScore -= 2
        if state.inlineScore < 0 { state.inlineScore = Self.pauseAfterFailures }
      } else {
        state.inlineScore = min(state.inlineScore + 1, Self.bestScore)
      }
    }
    return ready
  }

  private func waitOnLoop(for interest: Readiness) -> Readiness? {
    loop.waitHere(for: interest, of: descriptor) {
      state.withLock { !$0.isWoken && !$0.isRemoved }
    }
  }

  private func timeOut(_ number: UInt64) {
    let waiter: UnsafeContinuation<Readiness, Never>? = state.withLock { state in
      guard state.waitNumber == number else { return nil }
      state.isLate = state.waiter == nil
      return state.takeWaiter()
    }
    waiter?.resume(returning: .timedOut)
  }
}
