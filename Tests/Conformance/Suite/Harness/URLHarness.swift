public import DriverAPI

/// A harness made from a URL: for tools, and for drivers whose databases are files or servers.
///
/// It touches nothing that is there already. Each case gets a place of its own:
///
/// | URL | place of a case |
/// | --- | --- |
/// | `sqlite::memory:` | a database in memory |
/// | `sqlite:dir/app.db` | `dir/dovetail_c_<run>/<number>.db` |
/// | `postgres://…` | the schema `dovetail_c_<run>_<number>`, by the option `search_path` |
/// | `mysql://…` | the database `dovetail_c_<run>_<number>` |
///
/// The place is removed with its case. What a run left behind that was killed is removed by the next
/// one: each run holds a lock, so that those still at work are left alone.
public struct URLHarness: ConformanceHarness {
  /// The backend's name in reports.
  public let name: String
  /// The driver under test.
  public let driver: any Driver
  private let databases: any CaseDatabases
  private let second: DatabaseURL?

  /// A harness for a URL.
  ///
  /// - Parameters:
  ///   - name: how reports call the backend; by default the URL without its password.
  ///   - driver: the driver under test.
  ///   - second: a server beside it that may be demoted, as ``SecondServer`` needs it, with its administrator.
  /// - Throws: `misuse` if the URL cannot be read or the driver does not take it.
  public init(
    _ url: String, name: String? = nil, driver: any Driver, second: String? = nil
  ) throws(DatabaseError) {
    self.second = try second.map { text throws(DatabaseError) in try DatabaseURL(text) }
    let url = try DatabaseURL(url)
    _ = try driver.plan(for: url)
    self.name = name ?? "\(url)"
    self.driver = driver
    databases = Self.databases(of: url, driver)
  }

  /// Makes an empty database for one case and answers with its URL, password included.
  public func makeDatabase() async throws -> String { try await databases.make() }

  /// Removes a database that ``makeDatabase()`` made.
  public func removeDatabase(_ url: String) async { await databases.remove(url) }

  /// A second server, if there is one.
  public func secondServer(for url: String) async throws -> SecondServer? {
    let url = try DatabaseURL(url)
    guard let second, let name = CaseName.namespace(in: url) else { return nil }
    return try await SecondServer(second, for: url, in: name, driver: driver)
  }

  /// Ends the harness's own sessions, and tries once more to remove what could not be removed.
  ///
  /// - Returns: what is still there and needs a hand; the next run tries it again.
  @discardableResult
  public func close() async -> [String] { await databases.close() }

  private static func databases(
    of url: DatabaseURL, _ driver: any Driver
  ) -> any CaseDatabases {
    guard let path = url.path, ["sqlite", "file"].contains(url.scheme) else {
      return ServerDatabases(url, driver)
    }
    let isInMemory =
      path == ":memory:" || url.parameters.contains { $0.name == "mode" && $0.value == "memory" }
    return isInMemory ? MemoryDatabases(url) : FileDatabases(url)
  }
}

/// Makes the databases of one run and removes them.
protocol CaseDatabases: Sendable {
  /// An empty database, by its URL.
  func make() async throws -> String
  /// Removes one; what cannot be removed is kept for ``close()``.
  func remove(_ url: String) async
  /// Ends it; what is still there.
  func close() async -> [String]
}

/// Databases that vanish with their last connection.
private struct MemoryDatabases: CaseDatabases {
  let url: DatabaseURL

  init(_ url: DatabaseURL) { self.url = url }

  func make() -> String { url.textWithSecrets }
  func remove(_ url: String) {}
  func close() -> [String] { [] }
}

/// How the places of cases are called.
enum CaseName {
  static let prefix = "dovetail_c_"

  /// A number for a run; two runs at work have different ones.
  static func newRun() -> Int32 { .random(in: 1...Int32.max) }

  /// The namespace that the URL of a case names; nil without one.
  static func namespace(in url: DatabaseURL) -> String? {
    let schema = url.parameters.first { $0.name == "search_path" }?.value
    return [schema, url.database].compactMap(\.self).first { $0.hasPrefix(prefix) }
  }

  /// The run to which a name belongs; nil if it is none of ours.
  static func run(of name: String) -> Int32? {
    guard name.hasPrefix(prefix) else { return nil }
    return name.dropFirst(prefix.count).split(separator: "_").first.flatMap { Int32($0) }
  }
}
