public import DriverAPI
public import DriverFaults

/// What the suite has to know about a backend: all that a driver author writes to run it.
public protocol ConformanceHarness: Sendable {
  /// The backend's name in reports, such as `SQLite in memory`.
  var name: String { get }

  /// The driver under test.
  var driver: any Driver { get }

  /// Makes an empty database for one case and answers with its URL.
  ///
  /// Called once a case, several at once.
  func makeDatabase() async throws -> String

  /// Removes a database that ``makeDatabase()`` made; every session on it has been closed.
  func removeDatabase(_ url: String) async

  /// What statements can leave behind in a session of that server, for [POOL-4]; the database has the
  /// table `items` with a text column `name`. The default knows it for the engines of this package,
  /// and nothing for others.
  func sessionLeaks(of server: ServerFacts) -> [SessionLeak]

  /// What URLs of the driver can say, and what has to come of it, for [URL-9] and [CONN-2]; checked in
  /// this order on the database of one case, whose URL it is. The default knows it for the drivers of
  /// this package, and nothing for others.
  func urlSamples(of server: ServerFacts, at url: DatabaseURL) -> [URLSample]

  /// Whether values for columns of unlimited length travel in messages beside their statement, as blobs do
  /// that have an id: then [STMT-1] counts no messages of statements with such values. The default is false.
  var sendsLongValuesBeside: Bool { get }

  /// A server that can be demoted, with the user and the namespace of a case's URL, for [HA-2]; nil, the
  /// default, if there is none: then what needs it is not said.
  ///
  /// Called only if the server's ``Capabilities/severalHosts`` is set.
  func secondServer(for url: String) async throws -> SecondServer?

  /// A proxy in front of the server of such a URL, for faults on the wire.
  ///
  /// Called only if the server's ``Capabilities/networkSession`` is set. The default is right for
  /// every URL with a host and a port; one in which the server stands elsewhere needs its own.
  func proxy(for url: String) throws -> FaultProxy
}

extension ConformanceHarness {
  /// What is known of the engines of this package.
  public func sessionLeaks(of server: ServerFacts) -> [SessionLeak] {
    SessionLeak.known(to: server)
  }

  /// What is known of the drivers of this package.
  public func urlSamples(of server: ServerFacts, at url: DatabaseURL) -> [URLSample] {
    URLSample.known(to: server, at: url)
  }

  /// They travel with it.
  public var sendsLongValuesBeside: Bool { false }

  /// None.
  public func secondServer(for url: String) async throws -> SecondServer? { nil }

  /// A proxy in front of the first host that the URL names.
  public func proxy(for url: String) throws -> FaultProxy {
    try FaultProxy(for: DatabaseURL(url))
  }
}
