import CEpoll
package import DriverAPI
import Glibc
import struct Synchronization.Atomic

/// One thread that waits for all sockets of the drivers, so that no task blocks a thread of Swift's
/// pool.
///
/// It only tells that a socket is ready: the client library is called by the task that holds the
/// lease, on that task's own thread. Each wait is armed for itself and fires once. An answer that a
/// task saw arriving by itself then wakes nobody here, and what is left unread is reported again with
/// the next wait.
///
/// Its thread is also an executor: a task that prefers it runs where its answers arrive, and nothing
/// has to wake another thread.
package final class EventLoop: TaskExecutor {
  /// The loop that all drivers of the process share; its thread lives as long as the process.
  package static let shared = EventLoop()

  /// How many tasks wait for a socket now.
  let waitingCount = Atomic<Int>(0)
  let inlineWait = InlineWait()
  private let epoll: Int32
  private let watches = Mutex<[UInt64: SocketWatch]>([:])
  private let jobs = JobQueue()
  private let nextID = Atomic<UInt64>(2)
  /// A job waits for its socket on the loop's thread.
  private let isHeld = Atomic<Bool>(false)
  /// Names the inline wait's starter among the events.
  private static let starterID: UInt64 = 0
  /// Names the bell of the jobs.
  private static let bellID: UInt64 = 1

  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    precondition(epoll >= 0, "the system has no room for an epoll instance: errno \(errno)")
    watchAlways(inlineWait.starter, as: Self.starterID)
    watchAlways(jobs.bell, as: Self.bellID)
    startThread()
  }

  /// Runs a part of a task on the loop's thread.
  package func enqueue(_ job: consuming ExecutorJob) { jobs.add(UnownedJob(job)) }

  /// Whether the caller runs on the loop's thread.
  package var isHere: Bool { jobs.isHere }

  /// Has something done once the tasks that are due have run, for all of them together; to be called
  /// by such a task.
  package func afterTasks(_ action: @escaping @Sendable () -> Void) { jobs.follow(action) }

  /// Waits for one socket on the loop's own thread, if no other task is due there; nil when there is anything else
  /// to do, or ``letGo()`` was called.
  ///
  /// The thread would wait for the same socket otherwise, behind a suspension and a call that arms it. What
  /// the loop waits for ends the wait: sockets, and the bell.
  ///
  /// - Parameter mayWait: asked once the wait can be ended by ``letGo()``.
  func waitHere(
    for interest: Readiness, of descriptor: Int32, _ mayWait: () -> Bool
  ) -> Readiness? {
    guard jobs.isAlone() else { return nil }
    // In one order with what others do: either they see the wait, or it sees what they did.
    isHeld.store(true, ordering: .sequentiallyConsistent)
    defer {
      isHeld.store(false, ordering: .sequentiallyConsistent)
      jobs.wakes()
    }
    guard mayWait() else { return nil }
    return withUnsafeTemporaryAllocation(of: pollfd.self, capacity: 2) { entries in
      entries[0] = pollfd(fd: descriptor, events: interest.pollEvents, revents: 0)
      entries[1] = pollfd(fd: epoll, events: Int16(POLLIN), revents: 0)
      guard poll(entries.baseAddress, 2, -1) > 0, entries[0].revents != 0 else { return nil }
      return Readiness(pollEvents: entries[0].revents)
    }
  }

  /// Ends a wait on the loop's thread, if there is one.
  func letGo() {
    if isHeld.load(ordering: .sequentiallyConsistent) { jobs.ring() }
  }

  /// Watches a descriptor until ``SocketWatch/remove()``; until then it must stay open.
  ///
  /// A library that closes its socket by itself gets a duplicate watched: the number would name
  /// another's socket, whose watching would then be changed or ended.
  ///
  /// - Parameter onReady: for ``SocketWatch/arm(for:)``: runs on the loop's thread, for every
  ///   connection of the process, and must not block.
  /// - Throws: `resourceExhausted` if the system takes no further descriptor.
  package func watch(
    _ descriptor: Int32, onReady: (@Sendable (Readiness) -> Void)? = nil
  ) throws(DatabaseError) -> SocketWatch {
    let id = nextID.add(1, ordering: .relaxed).oldValue
    let watch = SocketWatch(id, descriptor, on: self, onReady: onReady)
    watches.withLock { $0[id] = watch }
    var event = epoll_event(events: dovetail_epoll_oneshot, data: epoll_data_t(u64: id))
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
      let code = errno
      watches.withLock { $0[id] = nil }
      throw DatabaseError(
        .resourceExhausted, "the socket cannot be watched: \(String(cString: strerror(code)))",
        connection: .spent, execution: .notSent, details: .init(nativeCode: Int(code)))
    }
    return watch
  }

  /// Asks for one report on a watched descriptor; false if it is no longer watched.
  func arm(_ id: UInt64, _ descriptor: Int32, _ interest: Readiness) -> Bool {
    var event = epoll_event(events: interest.epollEvents, data: epoll_data_t(u64: id))
    return epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0
  }

  func forget(_ id: UInt64, _ descriptor: Int32) {
    let known = watches.withLock { $0.removeValue(forKey: id) }
    guard known != nil else { return }
    var unused = epoll_event()
    // Fails only for a descriptor that is closed already, which is forgotten by the kernel.
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused)
  }

  private func watchAlways(_ descriptor: Int32, as id: UInt64) {
    var event = epoll_event(events: dovetail_epoll_readable, data: epoll_data_t(u64: id))
    let status = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
    precondition(status == 0, "the system cannot watch an eventfd: errno \(errno)")
  }

  private func startThread() {
    var thread = pthread_t()
    let loop = Unmanaged.passRetained(self).toOpaque()
    let status = pthread_create(
      &thread, nil,
      { argument in
        pthread_setname_np(pthread_self(), "dovetail-io")
        guard let argument else { return nil }
        Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue().run()
      }, loop)
    precondition(status == 0, "the system has no room for a thread: errno \(status)")
    pthread_detach(thread)
  }

  private func run() -> Never {
    let capacity = 128
    let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
    var inline: InlineWait.Watch?
    var lastLook = ContinuousClock.now
    jobs.adoptThread()
    while true {
      jobs.run(on: asUnownedTaskExecutor())
      let patience = inline == nil ? -1 : InlineWait.tick
      let count = epoll_wait(epoll, events, Int32(capacity), jobs.sleeps() ? patience : 0)
      precondition(count >= 0 || errno == EINTR, "epoll_wait failed: errno \(errno)")
      for index in 0..<Int(max(0, count)) {
        let event = events[index]
        switch event.data.u64 {
        case Self.starterID: inline = inlineWait.start()
        case Self.bellID: jobs.silenceBell()
        case let id:
          let watch = watches.withLock { $0[id] }
          watch?.report(Readiness(epollEvents: event.events))
        }
      }
      if inline != nil { look(&inline, &lastLook) }
    }
  }

  private func look(
    _ inline: inout InlineWait.Watch?, _ lastLook: inout ContinuousClock.Instant
  ) {
    // Between two events of other sockets less than a tick may pass.
    let now = ContinuousClock.now
    guard now - lastLook >= .milliseconds(Int64(InlineWait.tick)), var watch = inline else {
      return
    }
    lastLook = now
    inline = inlineWait.look(&watch) ? watch : nil
  }
}
