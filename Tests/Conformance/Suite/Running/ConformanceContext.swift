import DriverAPI
import DriverFaults
import Logging

/// The database of one case, and what was opened on it.
public final class ConformanceContext: Sendable {
  /// The backend under test.
  public let harness: any ConformanceHarness
  /// The case's own empty database.
  public let url: String
  /// What the library logged during the case.
  let log = RecordedLog()
  private let failed = Mutex<FailedStatement?>(nil)
  private let opened = Mutex<[Database]>([])
  private let proxies = Mutex<[FaultProxy]>([])
  private let seconds = Mutex<[SecondServer]>([])

  /// A statement that an engine refused.
  struct FailedStatement: Sendable {
    let text: String
    let error: DatabaseError
  }

  /// The one that came last, if there was one.
  var lastFailure: FailedStatement? { failed.withLock { $0 } }

  init(_ harness: any ConformanceHarness, url: String) {
    self.harness = harness
    self.url = url
  }

  /// Opens the case's database; every call makes sessions of its own. Closed when the case ends.
  ///
  /// - Parameters:
  ///   - driver: another driver than the harness's, such as one that wraps it.
  ///   - change: what to change of the suite's configuration.
  func open(
    with driver: (any Driver)? = nil, _ change: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    let database = try await Database.open(
      DatabaseURL(url), with: driver ?? harness.driver, configuration: configuration(change))
    opened.withLock { $0.append(database) }
    return database
  }

  /// The case's URL with options, or nil if the driver's URLs do not know them: then it refuses them. [URL-5]
  func url(with options: [(name: String, value: String)]) throws -> DatabaseURL? {
    var url = try DatabaseURL(url)
    for option in options { url = url.setting(option: option.name, to: option.value) }
    do throws(DatabaseError) { _ = try harness.driver.plan(for: url) } catch {
      try expectEqual(error.kind, .misuse, "how options are refused that are not known")
      return nil
    }
    return url
  }

  /// Whether the database can be opened a second time; one in memory belongs to who opened it.
  var othersSeeTheDatabase: Bool { !url.contains(":memory:") }

  /// A proxy in front of the case's server; ends with it.
  func proxy() throws -> FaultProxy {
    let proxy = try harness.proxy(for: url)
    proxies.withLock { $0.append(proxy) }
    return proxy
  }

  /// A server beside the case's that can be demoted, and a proxy in front of it; both end with the case.
  ///
  /// - Throws: ``NotSaid`` if the harness has none.
  func secondServer() async throws -> (server: SecondServer, proxy: FaultProxy) {
    guard let server = try await harness.secondServer(for: url) else {
      throw NotSaid("there is no second server that could be demoted")
    }
    seconds.withLock { $0.append(server) }
    let proxy = try harness.proxy(for: server.url.textWithSecrets)
    proxies.withLock { $0.append(proxy) }
    return (server, proxy)
  }

  /// Removes what the case had on other servers.
  private func removeSeconds() async {
    let servers = seconds.withLock { seconds in
      defer { seconds.removeAll() }
      return seconds
    }
    for server in servers { await server.remove() }
  }

  /// The case's URL with the hosts of these proxies, in that order.
  ///
  /// - Throws: ``NotSaid`` where hosts cannot be told in the URL.
  func url(
    over proxies: [FaultProxy], _ options: [(name: String, value: String)] = []
  ) throws -> DatabaseURL {
    let hosts = proxies.flatMap(\.url.hosts)
    guard hosts.count == proxies.count, let first = proxies.first else {
      throw NotSaid("the URLs carry words of another library, in which hosts are not known")
    }
    return options.reduce(first.url.replacingHosts(hosts)) { url, option in
      url.setting(option: option.name, to: option.value)
    }
  }

  /// Opens the case's database through a proxy, with sessions that are leased and not shared unless another
  /// driver is named.
  func open(
    through proxy: FaultProxy, with driver: (any Driver)? = nil,
    _ change: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    let database = try await Database.open(
      proxy.url, with: driver ?? WatchedDriver(harness.driver),
      configuration: configuration(change))
    opened.withLock { $0.append(database) }
    return database
  }

  /// The suite's configuration: patient enough for a busy machine, quiet, and recorded.
  func configuration(_ change: (inout DatabaseConfiguration) -> Void = { _ in })
    -> DatabaseConfiguration
  {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 4
    configuration.leaseTimeout = .seconds(20)
    configuration.shutdownGrace = .seconds(5)
    configuration.logger = log.logger
    configuration.observesFailure = { [weak self] text, error in
      self?.failed.withLock { $0 = FailedStatement(text: text.original, error: error) }
    }
    change(&configuration)
    return configuration
  }

  /// Opens a database by another URL than the case's.
  func open(
    _ url: DatabaseURL, with driver: any Driver,
    _ change: (inout DatabaseConfiguration) -> Void = { _ in }
  ) async throws -> Database {
    let database = try await Database.open(url, with: driver, configuration: configuration(change))
    opened.withLock { $0.append(database) }
    return database
  }

  /// What the server says of itself.
  func facts() async throws -> ServerFacts {
    let database = try await Database.open(
      DatabaseURL(url), with: harness.driver, configuration: configuration())
    await database.close()
    return database.server
  }

  /// Closes what the check opened; a connection that does not come back fails the case.
  func closeDatabases() async throws {
    let databases = opened.withLock { $0 }
    let start = ContinuousClock.now
    for database in databases { await database.close() }
    let waited = ContinuousClock.now - start
    await removeSeconds()
    try expect(
      waited < .seconds(5),
      "a connection was never given back: closing waited for it in vain")
  }

  /// Closes what a failed check opened without waiting for it: it may hang.
  func abandon() async {
    // The next check that needs them finds them as they should be.
    await removeSeconds()
    let databases = opened.withLock { $0 }
    Task {
      for database in databases { await database.close() }
      await harness.removeDatabase(url)
    }
  }
}
