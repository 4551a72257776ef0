import DriverAPI
import EventLoop
import struct Synchronization.Atomic

/// Asks the server to stop the running statement, on a connection and a thread of its own.
///
/// A request names the session and not the statement, so one that is still on its way could hit the
/// next statement. It is therefore awaited: the server closes the request's connection after it has
/// passed it on, and a session that gets it between two statements ignores it. [CANCEL-2]
final class PostgresCancellation: Sendable {
  private struct State {
    var requestCount = 0
    var waiter: CheckedContinuation<Bool, Never>?
    /// When the connection is given up.
    var limit: ContinuousClock.Instant?
    /// When to ask again. The server forgets a request that overtakes the statement it is meant for.
    var nextRequest: ContinuousClock.Instant?
  }

  /// How long a server may take to react before its connection is given up.
  static let patience = Duration.seconds(5)
  private static let pause = Duration.milliseconds(100)
  private let state = Mutex(State())
  private let isDirty = Atomic<Bool>(false)
  private let stopsStatement = Atomic<Bool>(false)
  private let handle: PostgresCancelHandle
  private let watch: SocketWatch

  init(of session: OpaquePointer, waking watch: SocketWatch) throws(DatabaseError) {
    handle = try PostgresCancelHandle(of: session)
    self.watch = watch
  }

  /// Whether something was requested since the last ``settle()``, or is still on its way.
  var isRequested: Bool { isDirty.load(ordering: .acquiring) }

  /// Whether the statement that began last is to be stopped, or a request is still on its way: where
  /// this is false nothing stands in the way of sending.
  @inline(__always)
  var isQuiet: Bool {
    !isDirty.load(ordering: .acquiring) && !stopsStatement.load(ordering: .relaxed)
  }

  /// Whether the statement that began last is to be stopped. Stays so when the request is settled: the
  /// statement may have several round trips, and none of them begins any more. [CANCEL-5]
  var isStopping: Bool { stopsStatement.load(ordering: .acquiring) }

  /// A statement begins; what was asked for before it is not meant for it.
  @inline(__always)
  func begin() {
    if stopsStatement.load(ordering: .relaxed) { stopsStatement.store(false, ordering: .relaxed) }
  }

  /// Stops the statement that began last: what it is doing, and what it has yet to do.
  func stop() {
    stopsStatement.store(true, ordering: .releasing)
    request()
  }

  /// How long to wait for the server before ``insist()``; nil if nothing was asked of it.
  var deadline: ContinuousClock.Instant? {
    isRequested ? state.withLock { $0.nextRequest } : nil
  }

  /// Sends a request, unless one is on its way, and wakes who waits for the socket.
  ///
  /// From any thread; does not block.
  func request() {
    let isFirst = state.withLock { state in
      isDirty.store(true, ordering: .releasing)
      let now = ContinuousClock.now
      state.limit = state.limit ?? now + Self.patience
      state.nextRequest = now + Self.pause
      state.requestCount += 1
      return state.requestCount == 1
    }
    guard isFirst else { return }
    watch.wake()
    handle.send { [self] in arrived() }
  }

  /// Asks again because the statement still runs; false when the server's time is over.
  func insist() -> Bool {
    let isInTime = state.withLock { $0.limit.map { ContinuousClock.now < $0 } ?? true }
    if isInTime { request() }
    return isInTime
  }

  /// Waits until no request is on its way any more, and forgets that there was one.
  ///
  /// - Returns: false if the server did not take the request in time. It may arrive at any moment
  ///   then, so the session must not be used again.
  func settle() async -> Bool {
    let timer = DeadlineTimer.shared.schedule(at: .now + Self.patience) { [self] in giveUp() }
    defer { timer.cancel() }
    return await withCheckedContinuation { continuation in
      let isSettled = state.withLock { state in
        if state.requestCount == 0 { return true }
        state.waiter = continuation
        return false
      }
      if isSettled {
        forget()
        continuation.resume(returning: true)
      }
    }
  }

  private func arrived() {
    let waiter = state.withLock { state in
      state.requestCount = 0
      defer { state.waiter = nil }
      return state.waiter
    }
    guard let waiter else { return }
    forget()
    waiter.resume(returning: true)
  }

  private func giveUp() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: false)
  }

  private func forget() {
    state.withLock { state in
      state.limit = nil
      isDirty.store(state.requestCount > 0, ordering: .releasing)
    }
  }
}
