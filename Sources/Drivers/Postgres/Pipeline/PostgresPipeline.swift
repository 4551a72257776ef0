import CPostgres
import DriverAPI
import EventLoop

/// A session that many tasks share: their statements follow each other without waiting, each with a
/// Sync of its own, so that it commits and fails alone. [PIPE-1, PIPE-2]
///
/// Nobody waits for the session: what is to be done with it is put into a mailbox, and who finds nobody
/// at work there does what has gathered. `@unchecked Sendable`: libpq's session and ``state`` are used
/// by who is at work only.
final class PostgresPipeline: DriverPipeline, @unchecked Sendable {
  let link: PostgresLink
  let options: PostgresOptions
  let mailbox = Mutex(Mailbox())
  var state = State()
  private let cancel: PostgresCancelHandle

  /// What belongs to whoever is at work, besides libpq's session.
  struct State {
    /// Sent and not answered yet, in order.
    var pending = PostgresQueue()
    var statements = PostgresPipelineCache()
    let parameters = PostgresParameters()
    /// Why nothing can be sent any more.
    var ending: DatabaseError?
    var isClosed = false
    var isCancelling = false
    var finished: [PostgresPipelined] = []
  }

  /// How long a statement may ignore a request before it is repeated.
  private static let pause = Duration.milliseconds(50)

  private init(_ link: PostgresLink, _ options: PostgresOptions) throws(DatabaseError) {
    self.link = link
    self.options = options
    cancel = try PostgresCancelHandle(of: link.handle)
  }

  /// Opens a session.
  static func open(_ url: PostgresOptions) async throws(DatabaseError) -> PostgresPipeline {
    let reader = PostgresPipelineReader()
    let hosts = try await hosts(for: url)
    let options = url.forPipelines
    let link = try await PostgresLink.open(options, among: hosts) { _ in reader.read() }
    do throws(DatabaseError) {
      guard PQenterPipelineMode(link.handle) != 0 else { throw link.lost(.notSent) }
      let pipeline = try PostgresPipeline(link, options)
      try pipeline.correctSettings()
      reader.serve(pipeline)
      link.watch.arm(for: .readable)
      return pipeline
    } catch {
      link.close()
      throw error
    }
  }

  /// A session that only reads cannot ask for a server that takes writes: another one finds it. [HA-2]
  private static func hosts(
    for url: PostgresOptions
  ) async throws(DatabaseError) -> [PostgresHost]? {
    guard url.target == .readWrite else { return nil }
    let hosts = try await PostgresHost.resolve(url)
    if hosts.count < 2 { return hosts }
    let finder = try await PostgresLink.open(url, among: hosts)
    defer { finder.close() }
    return [PostgresHost(of: finder.handle)]
  }

  func run(
    _ text: StatementText, _ parameters: [Value], number: UInt64
  ) async throws(DatabaseError) -> PipelineResult {
    var statement = PostgresPipelined(text, number)
    var attemptCount = 1
    while true {
      do throws(DatabaseError) {
        return try await send(statement, text, parameters)
      } catch {
        guard attemptCount < PostgresStatement.maxAttempts, statement.mayBeOutdated(error)
        else { throw error }
        if statement.isUnwanted { throw Self.stoppedBeforeSending() }
      }
      // Everything here only reads, and this has failed. [STMT-3]
      deliver(.forget(text))
      attemptCount += 1
      statement = PostgresPipelined(text, number)
      // A neighbour may prepare the text meanwhile, and the schema change once more.
      statement.runsOnce = !PostgresParameters.needTypes(parameters)
    }
  }

  func interrupt(number: UInt64) {
    post(.interruption(number))
  }

  func abandon() { link.breakOff() }

  var endpoint: String? { link.host }

  func close() async {
    await withUnsafeContinuation { deliver(.close($0)) }
  }

  private func send(
    _ statement: PostgresPipelined, _ text: StatementText, _ values: [Value]
  ) async throws(DatabaseError) -> PipelineResult {
    let outcome = await withUnsafeContinuation {
      (continuation: UnsafeContinuation<PostgresPipelined.Outcome, Never>) in
      statement.continuation = continuation
      let number = statement.number
      deliver(.statement(statement, text, values))
      // The interruption found nothing to stop if it came first. [CANCEL-5]
      if Task.isCancelled { post(.interruption(number)) }
    }
    return try outcome.get()
  }

  /// Asks the server to stop the first statement, if nobody wants it any more.
  ///
  /// The request may hit a neighbour instead; the core repeats that one. So nobody waits for it here,
  /// and it is repeated for as long as the statement stays.
  func cancelUnwantedHead() {
    guard !state.isCancelling, let head = state.pending.first, head.isUnwanted else { return }
    state.isCancelling = true
    cancel.send { [weak self] in
      _ = DeadlineTimer.shared.schedule(at: .now + Self.pause) { [weak self] in
        self?.post(.cancellationSent)
      }
    }
  }
}

/// What the event loop calls: there before the pipeline is, and not keeping it alive.
private final class PostgresPipelineReader: Sendable {
  private struct Weak: Sendable {
    weak var pipeline: PostgresPipeline?
  }

  private let served = Mutex(Weak())

  func serve(_ pipeline: PostgresPipeline) { served.withLock { $0.pipeline = pipeline } }

  func read() { served.withLock { $0.pipeline }?.inputArrived() }
}
