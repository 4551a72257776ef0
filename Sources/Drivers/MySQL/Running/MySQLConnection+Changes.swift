import CMariaDB
import DriverAPI

/// What a statement changed in the session that values, or the next lease, depend on.
struct MySQLStray {
  /// The time zone is not UTC, or texts are not UTF-8: every value would be another.
  var fromValues = false
  /// Another database is the default.
  var fromDatabase = false
}

extension MySQLConnection {
  /// Whether the last answer came with changes of the session.
  @inline(__always)
  var hasChangedSession: Bool {
    handle.pointer.pointee.server_status & UInt32(SERVER_SESSION_STATE_CHANGED) != 0
  }

  /// Whether the server tells of changes at all; something in between may not.
  var tellsChanges: Bool {
    handle.pointer.pointee.server_capabilities & UInt(CLIENT_SESSION_TRACKING) != 0
  }

  /// Remembers what the last answer says that has changed.
  func noteChanges() {
    let variables = tracked(SESSION_TRACK_SYSTEM_VARIABLES)
    for (name, value) in zip(variables, variables.dropFirst()) {
      switch name {
      case "time_zone": if !Self.zones.contains(value) { strayed.fromValues = true }
      case "character_set_client", "character_set_connection", "character_set_results":
        if value != "utf8mb4" { strayed.fromValues = true }
      default: break
      }
    }
    if let database = tracked(SESSION_TRACK_SCHEMA).last {
      // A prepared statement stays with the database it was prepared in.
      preparedGeneration += 1
      strayed.fromDatabase = database != options.database
    }
  }

  private static let zones = ["+00:00", "-00:00", "UTC", "Etc/UTC"]

  /// Undoes what would shift instants or spoil texts.
  func putBack() async throws(DatabaseError) {
    strayed.fromValues = false
    await run(sessionSettings)
    if result.pointee != 0 { throw failure() }
  }

  /// What is thrown for a SET that the values of the session cannot follow; it is undone.
  static var refusedSetting: DatabaseError {
    DatabaseError(
      .unsupported,
      "the session keeps UTC and utf8mb4, lest instants be shifted and texts be spoiled, so the SET "
        + "was undone; convert values in the statement, with CONVERT_TZ and CONVERT … USING",
      execution: .rejected)
  }

  private func tracked(_ kind: enum_session_state_type) -> [String] {
    var texts: [String] = []
    var start: UnsafePointer<CChar>?
    var count = 0
    var code = mysql_session_track_get_first(handle.pointer, kind, &start, &count)
    while code == 0 {
      let bytes = UnsafeRawBufferPointer(start: start, count: count)
      texts.append(String(decoding: bytes, as: UTF8.self))
      code = mysql_session_track_get_next(handle.pointer, kind, &start, &count)
    }
    return texts
  }
}
