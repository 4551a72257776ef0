import CPostgres
import DriverAPI
import EventLoop
import Synchronization

/// Who does what with the session, and when: one at a time, and nobody waits for another.
extension PostgresPipeline {
  /// What is to be done with the session.
  enum Request {
    case statement(PostgresPipelined, StatementText, [Value])
    /// Something has arrived, or there is room to send.
    case input
    case forget(StatementText)
    case interruption(UInt64)
    /// A request to stop the first statement was delivered some time ago.
    case cancellationSent
    case close(UnsafeContinuation<Void, Never>)
  }

  struct Mailbox {
    enum Keeper {
      case nobody
      /// Somebody is at work, and will look into the mailbox again.
      case worker
      /// The event loop was asked to come.
      case loop
    }

    var requests: [Request] = []
    var keeper = Keeper.nobody
  }

  /// A task works for others no longer than this; then the event loop takes over.
  private static let maxRounds = 4

  /// Has it done by whoever is at work, or here and now.
  func deliver(_ request: Request) {
    let isMine = mailbox.withLock { box in
      box.requests.append(request)
      guard case .nobody = box.keeper else { return false }
      box.keeper = .worker
      return true
    }
    guard isMine else { return }
    let loop = EventLoop.shared
    // Other tasks of the loop's thread are about to follow: what they all send goes together.
    if loop.isHere { loop.afterTasks { self.work() } } else { work() }
  }

  /// Has it done by whoever is at work, or by the event loop: for callers that must not be held up, and
  /// must not resume a task.
  func post(_ request: Request) {
    let callsLoop = mailbox.withLock { box in
      box.requests.append(request)
      guard case .nobody = box.keeper else { return false }
      box.keeper = .loop
      return true
    }
    if callsLoop { callLoop() }
  }

  /// The event loop saw the socket ready.
  func inputArrived() {
    let isMine = mailbox.withLock { box in
      box.requests.append(.input)
      if case .worker = box.keeper { return false }
      box.keeper = .worker
      return true
    }
    if isMine { work() }
  }

  private func work() {
    var requests: [Request] = []
    for _ in 0..<Self.maxRounds {
      requests.removeAll(keepingCapacity: true)
      let isDone = mailbox.withLock { box in
        swap(&requests, &box.requests)
        if requests.isEmpty { box.keeper = .nobody }
        return requests.isEmpty
      }
      if isDone { return }
      let isCorked = requests.count > 2 && link.cork(true)
      for request in requests { open(request) }
      if isCorked, !state.isClosed { link.cork(false) }
      finish()
    }
    mailbox.withLock { $0.keeper = .loop }
    callLoop()
  }

  /// Room to send is there nearly always, so the loop comes at once.
  private func callLoop() {
    link.watch.arm(for: [.readable, .writable])
  }

  private func open(_ request: Request) {
    switch request {
    case .statement(let statement, let text, let values):
      do throws(DatabaseError) {
        try enqueue(statement, text, values)
      } catch {
        statement.lose(error)
        state.finished.append(statement)
      }
    case .input: if !state.isClosed { read() }
    case .forget(let text): forget(text)
    case .interruption(let number):
      state.pending.first(where: { $0.number == number })?.isUnwanted = true
      if !state.isClosed { cancelUnwantedHead() }
    case .cancellationSent:
      state.isCancelling = false
      // Which of them it has hit shows only in answers that were not read yet.
      state.pending.forEach { $0.mayHaveBeenHit = true }
      if !state.isClosed { cancelUnwantedHead() }
    case .close(let continuation):
      end(for: continuation)
    }
  }

  private func end(for continuation: UnsafeContinuation<Void, Never>) {
    state.isClosed = true
    state.ending = state.ending ?? link.lost(.notSent)
    for statement in state.pending.removeAll() {
      statement.lose(link.lost())
      state.finished.append(statement)
    }
    link.close()
    continuation.resume()
  }

  /// Resumes whose answers are complete.
  private func finish() {
    for statement in state.finished { statement.finish() }
    state.finished.removeAll(keepingCapacity: true)
  }
}
