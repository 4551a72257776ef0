import ChatClient
import CFirebird
import DriverAPI
import DriverFirebird
import Foundation

/// A private installation of Firebird for this run: a folder with a configuration, where both the engine in
/// this process and a server of our own find everything. The service of the system is not touched.
enum FirebirdHome {
  /// The folder; made, and set as the environment says it to the library, before the first call of that.
  static let folder: String = {
    let folder = FileManager.default.temporaryDirectory.path + "/firebird-" + UUID().uuidString
    do { try make(folder) } catch { fatalError("no folder for Firebird: \(error)") }
    // Firebird 3 has no time zones: its clock is that of the process it runs in.
    for (name, value) in [("FIREBIRD", folder), ("FIREBIRD_LOCK", folder + "/lock"), ("TZ", "UTC")]
    {
      setenv(name, value, 1)
    }
    tzset()
    atexit { try? FileManager.default.removeItem(atPath: FirebirdHome.folder) }
    return folder
  }()

  /// A port of this machine that was free when the run began.
  static let port: UInt16 = {
    // Below those that the system gives to whoever connects: nobody takes it meanwhile.
    let candidates = (20_000..<32_000).shuffled().lazy.map { UInt16($0) }
    return candidates.first { Loopback.isFree($0) } ?? 3050
  }()

  private static func make(_ folder: String) throws {
    let files = FileManager.default
    for name in ["lock", "data"] {
      try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    for name in ["plugins", "intl", "plugins.conf", "firebird.msg"] {
      try files.createSymbolicLink(
        atPath: folder + "/" + name, withDestinationPath: installation + "/" + name)
    }
    try write(
      """
      RemoteServicePort = \(port)
      RemoteBindAddress = 127.0.0.1
      AuthServer = Srp
      AuthClient = Srp
      UserManager = Srp
      WireCrypt = Enabled
      SecurityDatabase = \(folder)/security3.fdb
      ServerMode = Super
      DeadlockTimeout = 1
      """, folder + "/firebird.conf")
    try write(
      "security.db = \(folder)/security3.fdb\n{\n  RemoteAccess = false\n}\n",
      folder + "/databases.conf")
  }

  private static func write(_ text: String, _ path: String) throws {
    try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
  }

  private static var installation: String {
    #if arch(arm64)
    "/usr/lib/aarch64-linux-gnu/firebird/3.0"
    #else
    "/usr/lib/x86_64-linux-gnu/firebird/3.0"
    #endif
  }
}

/// Empty databases, copied from one.
actor FirebirdFiles {
  static let shared = FirebirdFiles()
  private var template: Task<String, any Error>?
  private var removed: [String] = []

  /// The path of a file that nobody has used yet.
  func make() async throws -> String {
    let file = FirebirdHome.folder + "/data/" + UUID().uuidString.lowercased() + ".fdb"
    try FileManager.default.copyItem(atPath: try await original(), toPath: file)
    return file
  }

  /// Removes it, later: the engine tells databases apart by device and inode, and two that share one, because
  /// somebody is still closing the first, end the process ("Fatal lock manager error").
  func remove(_ file: String) {
    removed.append(file)
    guard removed.count > 64 else { return }
    // What cannot be removed goes with the folder.
    try? FileManager.default.removeItem(atPath: removed.removeFirst())
  }

  private func original() async throws -> String {
    if let template { return try await template.value }
    let task = Task<String, any Error> {
      let file = FirebirdHome.folder + "/template.fdb"
      try await FirebirdServer.exec("firebird:\(file)?create=on", [])
      // Now that the engine is loaded, so that this runs before its own end, which is none for a session that is
      // still being closed.
      atexit {
        FirebirdProcess.end()
        _ = fb_shutdown(10_000, fb_shutrsn_app_stopped)
      }
      return file
    }
    template = task
    return try await task.value
  }
}
