import DriverAPI

/// The database the server would open, with the driver for it.
struct DatabaseTarget: Sendable {
  let url: DatabaseURL
  let driver: any Driver
  let plan: ConnectionPlan

  /// Reads what is configured; touches neither network nor disk.
  ///
  /// - Returns: what was found out, and the target unless one of the checks is an error.
  static func read(
    _ text: String, drivers: DriverRegistry
  ) -> (target: DatabaseTarget?, checks: [DoctorCheck]) {
    let shown = DoctorEnvironment.masked(database: text)
    let path = DoctorCheck("db_path", .ok, "database path: \(shown)")
    guard !text.isEmpty else {
      return (nil, [path, broken("sqlite path is empty; set MARCHAT_DB_PATH or unset it")])
    }
    let url: DatabaseURL
    do throws(DatabaseError) { url = try DatabaseURL(text) } catch {
      return (nil, [path, broken(error.message)])
    }
    let driver: any Driver
    do throws(DatabaseError) { driver = try drivers.driver(for: url) } catch {
      let unknown = DoctorCheck(
        "db_dialect", .error, "\(error.message); correct MARCHAT_DB_PATH")
      return (nil, [path, unknown])
    }
    let name = driver.schemes.first ?? url.scheme
    let dialect = DoctorCheck(
      "db_dialect", .ok, "detected DB dialect: \(name) (driver: \(type(of: driver)))")
    do throws(DatabaseError) {
      let plan = try driver.plan(for: url)
      let sound = DoctorCheck("db_connection_string", .ok, "connection string format is valid")
      return (DatabaseTarget(url: url, driver: driver, plan: plan), [path, dialect, sound])
    } catch {
      return (nil, [path, dialect, broken(error.message)])
    }
  }

  /// The file of an embedded database; nil for a server and for a database in memory.
  var filePath: String? {
    isEmbedded && !plan.connectionsHoldTheData ? url.path : nil
  }

  /// Whether the database is SQLite.
  var isEmbedded: Bool { Self.isEmbedded(url) }

  /// Whether a URL is SQLite's.
  static func isEmbedded(_ url: DatabaseURL) -> Bool { ["sqlite", "file"].contains(url.scheme) }

  /// The URL that looks at the file without changing it: nothing is created, the journal stays what
  /// it is, and a lock is not waited for as long as a server would.
  ///
  /// - Throws: `misuse`, which would be a defect: the text is that of a URL that was read.
  func inspectionURL(of state: EmbeddedFile.State) throws(DatabaseError) -> DatabaseURL {
    guard filePath != nil, let place = "\(url)".split(separator: "?", maxSplits: 1).first else {
      return url
    }
    let replaced = ["mode", "journal_mode", "busy_timeout"]
    let kept = url.parameters.filter { !replaced.contains($0.name) }.map { "\($0)" }
    let mode = option("mode") == "ro" ? "ro" : "rw"
    let journal = state == .writeAheadLog ? "wal" : "delete"
    let options = kept + ["mode=\(mode)", "journal_mode=\(journal)", "busy_timeout=1s"]
    return try DatabaseURL("\(place)?" + options.joined(separator: "&"))
  }

  /// The value of an option of the URL; nil if it is not given.
  func option(_ name: String) -> String? {
    url.parameters.first { $0.name == name }?.value
  }

  private static func broken(_ message: String) -> DoctorCheck {
    DoctorCheck("db_connection_string", .error, message)
  }
}
