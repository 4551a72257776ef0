import ChatClient
import DriverAPI
import DriverConformance
import DriverFirebird
import Foundation

/// Databases in files, with the engine in this process.
struct FirebirdFile: ConformanceHarness {
  let name = "Firebird in this process"
  let driver: any Driver = FirebirdDriver()

  func makeDatabase() async throws -> String {
    "firebird:" + (try await FirebirdFiles.shared.make())
  }

  func removeDatabase(_ url: String) async {
    await FirebirdFiles.shared.remove(String(url.trimmingPrefix("firebird:")))
  }

  func sessionLeaks(of server: ServerFacts) -> [SessionLeak] { FirebirdServer.leaks }
}

/// Databases of a server on this machine, which the run starts and ends.
struct FirebirdServer: ConformanceHarness {
  let name = "Firebird on loopback"
  let driver: any Driver = FirebirdDriver()
  // Texts and bytes are blobs.
  let sendsLongValuesBeside = true

  func makeDatabase() async throws -> String {
    try await FirebirdProcess.shared.start()
    let file = try await FirebirdFiles.shared.make()
    return "firebird://SYSDBA:\(Self.password)@127.0.0.1:\(FirebirdHome.port)/\(file)"
  }

  func removeDatabase(_ url: String) async {
    guard let start = url.firstRange(of: "//tmp/")?.lowerBound else { return }
    await FirebirdFiles.shared.remove(String(url[start...].dropFirst()))
  }

  func sessionLeaks(of server: ServerFacts) -> [SessionLeak] { Self.leaks }

  static let password = "pass-\(UInt32.random(in: 0 ... .max))"

  /// A variable of the session, set by a function.
  static let leaks = [
    SessionLeak(
      "SELECT RDB$SET_CONTEXT('USER_SESSION', 'TENANT', 'alice') FROM RDB$DATABASE",
      toldBy: "SELECT COALESCE(RDB$GET_CONTEXT('USER_SESSION', 'TENANT'), '') FROM RDB$DATABASE"),
    SessionLeak(
      "UPDATE items SET amount = RDB$SET_CONTEXT('USER_SESSION', 'TENANT', 'alice')",
      toldBy: "SELECT COALESCE(RDB$GET_CONTEXT('USER_SESSION', 'TENANT'), '') FROM RDB$DATABASE"),
  ]

  /// Runs statements on a database.
  static func exec(_ url: String, _ statements: [String]) async throws {
    var configuration = DatabaseConfiguration()
    configuration.maxConnections = 1
    let database = try await Database.open(
      DatabaseURL(url), with: FirebirdDriver(), configuration: configuration)
    do { for statement in statements { try await database.exec(SQL(raw: statement)) } } catch {
      await database.close()
      throw error
    }
    await database.close()
  }
}

/// The server.
actor FirebirdProcess {
  static let shared = FirebirdProcess()
  private var starting: Task<Void, any Error>?
  // For the end of this process. Unsafe: set once, before it is read.
  nonisolated(unsafe) private static var number: pid_t = 0

  /// Starts it, the first time.
  func start() async throws {
    if let starting { return try await starting.value }
    let task = Task<Void, any Error> { try await Self.run() }
    starting = task
    try await task.value
  }

  /// Ends it, if it was started.
  nonisolated static func end() { if number > 0 { kill(number, SIGKILL) } }

  private static func run() async throws {
    let folder = FirebirdHome.folder
    try await FirebirdServer.exec(
      "firebird:\(folder)/security3.fdb?create=on",
      ["CREATE USER SYSDBA PASSWORD '\(FirebirdServer.password)'"])
    // Not Foundation's Process: the server closes the descriptor by which that learns of the end, and then
    // no other process is waited for until the server ends.
    let environment = "FIREBIRD=\(folder) FIREBIRD_LOCK=\(folder)/lock TZ=UTC"
    _ = system(
      "exec env \(environment) /usr/sbin/firebird > /dev/null 2>&1 & echo $! > \(folder)/pid")
    let written = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
    number = pid_t(written.prefix { $0.isNumber }) ?? 0
    for _ in 1...200 {
      if Loopback.isServed(FirebirdHome.port) { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw ChatFailure("the server does not serve")
  }
}
