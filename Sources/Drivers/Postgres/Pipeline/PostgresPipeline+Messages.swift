import CPostgres
import DriverAPI
import EventLoop
import Synchronization

/// For who is at work: what is sent, and what comes back.
extension PostgresPipeline {
  /// Sends a statement and puts it at the end of the queue.
  ///
  /// - Throws: what was not sent, and why.
  func enqueue(
    _ statement: PostgresPipelined, _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) {
    if let ending = state.ending { throw ending }
    let isFirst = state.pending.count == 0
    guard try send(statement, text, values), dovetail_pipeline_sync(link.handle) != 0 else {
      throw end()
    }
    // One that brings its preparing along is not at its rows yet.
    if isFirst, !statement.prepares { dovetail_stream_rows(link.handle) }
    state.pending.append(statement)
    if PQflush(link.handle) > 0 { link.watch.arm(for: [.readable, .writable]) }
  }

  private func send(
    _ statement: PostgresPipelined, _ text: StatementText, _ values: [Value]
  ) throws(DatabaseError) -> Bool {
    if !statement.runsOnce, let entry = state.statements.entry(for: text) {
      return try send(statement, entry, values)
    }
    try state.parameters.fill(values, types: [])
    let types = PostgresStatement.types(of: values)
    if statement.runsOnce || text.parameterCount > PostgresStatement.maxDescribedParameters {
      return PQsendQueryParams(
        link.handle, text.text, Int32(types.count), types, state.parameters.addresses,
        state.parameters.lengths, state.parameters.formats, 0) != 0
    }
    let (entry, evicted) = state.statements.add(text)
    if let evicted, !giveUp(evicted) { return false }
    statement.prepares = true
    statement.prepared = entry
    let needsTypes = PostgresParameters.needTypes(values)
    let typeCount = needsTypes ? 0 : Int32(types.count)
    guard PQsendPrepare(link.handle, entry.name, entry.text.text, typeCount, types) != 0,
      PQsendDescribePrepared(link.handle, entry.name) != 0
    else { return false }
    if needsTypes {
      statement.waitingValues = values
      return true
    }
    return run(entry, isBinary: false)
  }

  @inline(__always)
  private func send(
    _ statement: PostgresPipelined, _ entry: PostgresPipelineCache.Entry, _ values: [Value]
  ) throws(DatabaseError) -> Bool {
    statement.prepared = entry
    guard let description = entry.description else {
      if PostgresParameters.needTypes(values) {
        // The answer that it waits for is on its way: nothing but its place is sent.
        statement.waitingValues = values
        return true
      }
      try state.parameters.fill(values, types: [])
      return run(entry, isBinary: false)
    }
    try state.parameters.fill(values, types: description.parameterTypes)
    statement.isBinary = description.shape.isBinary
    return run(entry, isBinary: statement.isBinary)
  }

  private func run(_ entry: PostgresPipelineCache.Entry, isBinary: Bool) -> Bool {
    let parameters = state.parameters
    return PQsendQueryPrepared(
      link.handle, entry.name, Int32(parameters.count), parameters.addresses, parameters.lengths,
      parameters.formats, isBinary ? 1 : 0) != 0
  }

  /// A name that is not needed any more, with a place of its own in the queue that nobody waits for.
  private func giveUp(_ name: String) -> Bool {
    state.pending.append(.unattended)
    return dovetail_send_close(link.handle, name, "DEALLOCATE \(name)") != 0
      && dovetail_pipeline_sync(link.handle) != 0
  }

  /// Forgets a statement that is out of date, here and on the server.
  func forget(_ text: StatementText) {
    guard let name = state.statements.forget(text), state.ending == nil else { return }
    if !giveUp(name) { _ = end() }
  }

  /// Sets what the session was told otherwise, in front of everything. [TYPE-6]
  ///
  /// Before the pipeline is handed out, so that nobody else is at work.
  func correctSettings() throws(DatabaseError) {
    for statement in options.corrections(link.reported) {
      state.pending.append(.unattended)
      guard PQsendQueryParams(link.handle, statement, 0, nil, nil, nil, nil, 0) != 0,
        dovetail_pipeline_sync(link.handle) != 0
      else { throw link.lost(.notSent) }
    }
  }

  /// Takes in what has arrived.
  func read() {
    let isOpen = PQconsumeInput(link.handle) != 0
    takeResults()
    if !isOpen || PQstatus(link.handle) == CONNECTION_BAD { _ = end() }
    cancelUnwantedHead()
    let unsent = PQflush(link.handle) > 0
    if state.ending == nil { link.watch.arm(for: unsent ? [.readable, .writable] : .readable) }
  }

  private func takeResults() {
    var isEmptyAgain = false
    while let head = state.pending.first, PQisBusy(link.handle) == 0 {
      guard let result = PQgetResult(link.handle) else {
        // libpq says so once between two parts of a statement.
        if isEmptyAgain { return }
        isEmptyAgain = true
        head.endPart()
        if head.awaitsRows { dovetail_stream_rows(link.handle) }
        continue
      }
      isEmptyAgain = false
      guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else {
        head.take(result, link, wasAsked: state.isCancelling || head.mayHaveBeenHit)
        // What comes then is not the answer to anything, and may have no end.
        if head.fatal != nil { return _ = end() }
        continue
      }
      PQclear(result)
      if let done = state.pending.removeFirst() { finish(done) }
      if let next = state.pending.first, !next.prepares { dovetail_stream_rows(link.handle) }
    }
  }

  /// A statement was answered, or what it was sent for in advance.
  private func finish(_ statement: PostgresPipelined) {
    guard let values = statement.endWaiting(), let text = statement.text else {
      return state.finished.append(statement)
    }
    do throws(DatabaseError) {
      if statement.isUnwanted { throw Self.stoppedBeforeSending() }
      try enqueue(statement, text, values)
    } catch {
      statement.lose(error)
      state.finished.append(statement)
    }
  }

  static func stoppedBeforeSending() -> DatabaseError {
    DatabaseError(
      .cancelled, "the statement was stopped before it was sent", execution: .notSent)
  }

  /// The session is over: what was sent has an unknown outcome.
  private func end() -> DatabaseError {
    var reason = state.pending.first?.fatal ?? link.lost()
    // What a statement has done to the session is not what its neighbours did.
    if reason.kind != .connectionLost {
      state.pending.first?.lose(reason)
      reason = link.lost()
    }
    for statement in state.pending.removeAll() {
      statement.lose(reason)
      state.finished.append(statement)
    }
    let ending = state.ending ?? reason.with(execution: .notSent)
    state.ending = ending
    return ending
  }
}
