import DriverAPI

/// A driver around the one under test that counts what the core asks of it, and fails on demand.
///
/// The core's part of a promise can be seen only from below: that everything opened is closed, that
/// nothing refused was sent, and what it does when a connection is lost.
final class WatchedDriver: Driver {
  /// What the core asked for so far.
  struct Counts: Sendable {
    /// Sessions that it tried to open.
    var attempted = 0
    var connected = 0
    /// Sessions that tasks share and that could be opened.
    var shared = 0
    var refused = 0
    /// Sessions that are about to be open.
    var opening = 0
    var closed = 0
    var prepared = 0
    var finalized = 0
    var executed = 0
    var openRows = 0
    var resets = 0
    var interrupts = 0
    /// Sessions that are open now, and the most there ever were.
    var open = 0
    var mostOpen = 0
    /// Calls that the boundary forbids, such as one on a closed connection.
    var misordered = 0
  }

  private struct Faults {
    var hangsOnConnect = false
    var mostSessions = Int.max
    var sharesSessions = false
    var refusesPipelines = false
    var nextConnect: DatabaseError?
    var nextStatement: DatabaseError?
    var whenTextContains: (word: String, error: DatabaseError)?
    var step: (countdown: Int, error: DatabaseError)?
    var nextReset: DatabaseError?
  }

  let driver: any Driver
  private let facts: @Sendable (inout ServerFacts) -> Void
  private let recorded = Mutex(Counts())
  private let keeps = Mutex(true)
  private let faults = Mutex(Faults())

  /// - Parameter facts: what its sessions say of the server otherwise: the core has several ways for most
  ///   things, and an engine takes the others as well as its own.
  init(_ driver: any Driver, facts: @escaping @Sendable (inout ServerFacts) -> Void = { _ in }) {
    self.driver = driver
    self.facts = facts
  }

  func changed(_ server: ServerFacts) -> ServerFacts {
    var changed = server
    facts(&changed)
    return changed
  }

  var schemes: [String] { driver.schemes }

  /// Whether the last session that was opened lets the core keep prepared statements.
  var keepsStatements: Bool { keeps.withLock { $0 } }

  /// - Throws: ``NotSaid`` if it does not.
  func expectKeeping() throws {
    if !keepsStatements { throw NotSaid("no statement is kept, since it would hold its tables") }
  }

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    var plan = try driver.plan(for: url)
    // What is counted here are sessions that are leased; shared ones would take statements past them.
    if !sharesSessions { plan.maxPipelines = 0 }
    // It can be told to hang.
    plan.connectsWithin = nil
    return plan
  }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    count { $0.attempted += 1 }
    let (hangs, fault) = faults.withLock { faults in
      defer { faults.nextConnect = nil }
      return (faults.hangsOnConnect, faults.nextConnect)
    }
    if let fault { throw fault }
    try takeRoom()
    let connection: any DriverConnection
    do throws(DatabaseError) {
      connection =
        hangs
        ? try await connectLate(to: url, as: role) : try await driver.connect(to: url, as: role)
    } catch {
      count { $0.opening -= 1 }
      throw error
    }
    count {
      $0.opening -= 1
      $0.connected += 1
      $0.open += 1
      $0.mostOpen = max($0.mostOpen, $0.open)
    }
    keeps.withLock { $0 = !connection.keptStatementsHoldTables }
    return WatchedConnection(connection, self)
  }

  func openPipeline(to url: DatabaseURL) async throws(DatabaseError) -> any DriverPipeline {
    count { $0.connected += 1 }
    if refusesPipelines {
      throw DatabaseError(.cannotConnect, "no session to share", execution: .notSent)
    }
    let pipeline = try await driver.openPipeline(to: url)
    count { $0.shared += 1 }
    return pipeline
  }

  // Deaf to cancellation on purpose: the limit has to hold without the driver's help.
  private func connectLate(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let work = Task { () async -> Result<any DriverConnection, DatabaseError> in
      _ = try? await Task.sleep(for: .seconds(3))
      do throws(DatabaseError) {
        return .success(try await driver.connect(to: url, as: role))
      } catch {
        return .failure(error)
      }
    }
    return try await work.value.get()
  }

  private func takeRoom() throws(DatabaseError) {
    let most = mostSessions
    let isFull = recorded.withLock { counts in
      if counts.open + counts.opening >= most {
        counts.refused += 1
        return true
      }
      counts.opening += 1
      return false
    }
    guard isFull else { return }
    throw DatabaseError(
      .cannotConnect, "the server takes no more than \(most) sessions", connection: .spent,
      execution: .notSent)
  }
}

extension WatchedDriver {
  /// What the core asked for so far.
  var counts: Counts { recorded.withLock { $0 } }

  func count(_ change: (inout Counts) -> Void) { recorded.withLock { change(&$0) } }

  /// Whether `connect` takes three seconds and ignores cancellation.
  var hangsOnConnect: Bool {
    get { faults.withLock { $0.hangsOnConnect } }
    set { faults.withLock { $0.hangsOnConnect = newValue } }
  }

  /// How many sessions the server takes.
  var mostSessions: Int {
    get { faults.withLock { $0.mostSessions } }
    set { faults.withLock { $0.mostSessions = newValue } }
  }

  /// Whether the driver may open sessions that tasks share; they count as connected.
  var sharesSessions: Bool {
    get { faults.withLock { $0.sharesSessions } }
    set { faults.withLock { $0.sharesSessions = newValue } }
  }

  /// Whether no session that tasks share can be opened; each attempt counts as connected.
  var refusesPipelines: Bool {
    get { faults.withLock { $0.refusesPipelines } }
    set { faults.withLock { $0.refusesPipelines = newValue } }
  }

  /// Lets the next connection be refused.
  func failNextConnect(with error: DatabaseError) { faults.withLock { $0.nextConnect = error } }

  /// Lets the next statement fail before the engine sees it.
  func failNextStatement(with error: DatabaseError) {
    faults.withLock { $0.nextStatement = error }
  }

  /// Lets the next statement whose text has that word fail after the engine ran it.
  func failAfterStatement(containing word: String, with error: DatabaseError) {
    faults.withLock { $0.whenTextContains = (word, error) }
  }

  /// Lets the step of that number fail, counted from 1 over all rows from now on.
  func failStep(_ number: Int, with error: DatabaseError) {
    faults.withLock { $0.step = (number, error) }
  }

  /// Lets the next reset of a session fail.
  func failNextReset(with error: DatabaseError) { faults.withLock { $0.nextReset = error } }

  func takeStatementFault() -> DatabaseError? {
    faults.withLock { faults in
      defer { faults.nextStatement = nil }
      return faults.nextStatement
    }
  }

  func takeFault(after text: String) -> DatabaseError? {
    faults.withLock { faults in
      guard let (word, error) = faults.whenTextContains, text.contains(word) else { return nil }
      faults.whenTextContains = nil
      return error
    }
  }

  func takeStepFault() -> DatabaseError? {
    faults.withLock { faults in
      guard let (countdown, error) = faults.step else { return nil }
      faults.step = countdown > 1 ? (countdown - 1, error) : nil
      return countdown == 1 ? error : nil
    }
  }

  func takeResetFault() -> DatabaseError? {
    faults.withLock { faults in
      defer { faults.nextReset = nil }
      return faults.nextReset
    }
  }
}
