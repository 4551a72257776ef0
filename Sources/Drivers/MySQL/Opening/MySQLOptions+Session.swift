import DriverAPI

extension MySQLOptions {
  /// What every session is set to, after opening and after a reset. [CONN-7, POOL-4]
  ///
  /// A recursive query runs to its end: MariaDB would leave out what comes after a thousand rounds,
  /// and say nothing.
  func sessionSettings(isMariaDB: Bool) -> String {
    let names = "SET NAMES utf8mb4" + (collation.map { " COLLATE \($0)" } ?? "")
    let modes = (Self.modes + modes(isMariaDB: isMariaDB)).joined(separator: ",")
    return names
      + ", SESSION time_zone = '+00:00', SESSION sql_mode = '\(modes)', "
      + "SESSION autocommit = 1, SESSION foreign_key_checks = 1, SESSION unique_checks = 1, "
      + "SESSION lc_messages = 'en_US', SESSION "
      + (isMariaDB ? "max_recursive_iterations" : "cte_max_recursion_depth") + " = 4294967295"
      + (syncWait.map { ", SESSION wsrep_sync_wait = \($0)" } ?? "")
  }

  /// Strict, so that nothing is cut or turned into zero; a zero stays zero in a column that counts
  /// up; backslashes escape and double quotes are strings, which is what the lexer assumes.
  private static let modes = [
    "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION", "NO_AUTO_VALUE_ON_ZERO",
  ]

  /// MySQL knows that a row's key determines its columns; MariaDB does not, and with this mode it
  /// would refuse `GROUP BY` of a primary key, which every other engine takes.
  private func modes(isMariaDB: Bool) -> [String] {
    isMariaDB ? addedModes : ["ONLY_FULL_GROUP_BY"] + addedModes
  }

  /// Whether the session is what it was set to: something between us and the server may set its own.
  func isSetUp(_ told: ArraySlice<String?>) -> Bool {
    let told = Array(told)
    guard told.count == 4, told[0] == "+00:00", told[1] == "utf8mb4", told[2] == "utf8mb4" else {
      return false
    }
    let modes = Set((told[3] ?? "").split(separator: ",").map(String.init))
    return modes.isSuperset(of: Self.modes)
  }

  /// Takes the modes that `sql_mode` adds. [URL-5]
  ///
  /// - Throws: `misuse` for a mode that would change what texts and values mean.
  static func addedModes(
    _ options: inout DatabaseURL.Options
  ) throws(DatabaseError) -> [String] {
    guard var list = options.take("sql_mode")?[...] else { return [] }
    if list.count >= 2, list.first == "'", list.last == "'" { list = list.dropFirst().dropLast() }
    var modes: [String] = []
    for mode in list.split(separator: ",").map({ $0.uppercased() }) {
      let isWord = mode.utf8.allSatisfy {
        $0 == UInt8(ascii: "_") || (48...57).contains($0) || (65...90).contains($0)
      }
      guard isWord else {
        throw .misuse(
          "the option 'sql_mode' must be modes, such as ONLY_FULL_GROUP_BY, with commas between")
      }
      if let reason = refusedModes[mode] {
        throw .misuse("the option 'sql_mode' cannot hold \(mode), which \(reason); leave it out")
      }
      modes.append(mode)
    }
    guard !modes.isEmpty else {
      throw .misuse(
        "the option 'sql_mode' adds modes to the strict ones of every session, which it cannot "
          + "take away; name one, such as ONLY_FULL_GROUP_BY, or leave it out")
    }
    return modes
  }

  private static let refusedModes = {
    var reasons = ["EMPTY_STRING_IS_NULL": "stores NULL for an empty text"]
    for mode in ["ANSI_QUOTES", "ANSI", "DB2", "MAXDB", "MSSQL", "ORACLE", "POSTGRESQL"] {
      reasons[mode] = "makes names of strings in double quotes"
    }
    reasons["NO_BACKSLASH_ESCAPES"] = "changes where a string ends"
    return reasons
  }()
}
