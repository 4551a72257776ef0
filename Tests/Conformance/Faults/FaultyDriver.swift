public import DriverAPI

/// A driver around another whose n-th call fails.
///
/// Running a scenario with the first call failing, then the second, and so on until it gets through,
/// shows that the program above copes with a failure at every point:
///
/// ```swift
/// for number in 1... {
///   let faulty = FaultyDriver(driver, failing: number, with: error)
///   …
///   if !faulty.hasFailed { break }
/// }
/// ```
public final class FaultyDriver: Driver {
  /// A call of the core.
  public enum Call: String, Sendable, Hashable, CaseIterable {
    /// `Driver.connect`
    case connect
    /// `DriverConnection.prepare`
    case prepare
    /// `DriverStatement.exec`
    case exec
    /// `DriverStatement.query`
    case query
    /// `DriverRows.step`
    case step
    /// `DriverConnection.reset`
    case reset
  }

  private struct State {
    var left: Int
    var failed: Call?
    var callCount = 0
  }

  private let driver: any Driver
  private let calls: Set<Call>
  private let error: DatabaseError
  private let state: Mutex<State>

  /// A driver whose call of that number fails, counted from 1 over all connections.
  ///
  /// - Parameters:
  ///   - calls: which calls are counted.
  ///   - error: what is thrown instead of making the call. If it says `spent`, every later call on
  ///     the same connection fails so, too.
  public init(
    _ driver: any Driver, failing number: Int, of calls: Set<Call> = Set(Call.allCases),
    with error: DatabaseError
  ) {
    self.driver = driver
    self.calls = calls
    self.error = error
    state = Mutex(State(left: number))
  }

  /// The call that failed, if one did.
  public var failedCall: Call? { state.withLock { $0.failed } }

  /// How many calls were counted.
  public var callCount: Int { state.withLock { $0.callCount } }

  /// The wrapped driver's.
  public var schemes: [String] { driver.schemes }

  /// The wrapped driver's, with sessions that are leased and not shared.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    var plan = try driver.plan(for: url)
    plan.maxPipelines = 0
    return plan
  }

  /// Connects, unless it is this call's turn to fail.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    if let error = meet(.connect) { throw error.with(kind: .cannotConnect, execution: .notSent) }
    return FaultyConnection(try await driver.connect(to: url, as: role), self)
  }

  /// The error, if it is this call's turn.
  func meet(_ call: Call) -> DatabaseError? {
    guard calls.contains(call) else { return nil }
    return state.withLock { state in
      state.callCount += 1
      state.left -= 1
      guard state.left == 0 else { return nil }
      state.failed = call
      return error
    }
  }
}
