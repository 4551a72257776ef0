import DriverAPI

/// Which server of several the URL asks for: `target_session_attrs`, in libpq's words. [HA-1]
enum MySQLTarget: String, CaseIterable, Sendable {
  /// Whichever answers.
  case any
  /// One that takes writes.
  case readWrite = "read-write"
  /// The same.
  case primary
  /// One with `read_only`, as replicas have it.
  case readOnly = "read-only"
  /// The same.
  case standby
  /// One of those, or else whichever answers.
  case preferStandby = "prefer-standby"

  /// - Throws: `misuse` for another word, and if `rejectReadOnly` of go-sql-driver says something else.
  init(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    let words = Self.allCases.map(\.rawValue)
    let given = try options.take("target_session_attrs", oneOf: words).flatMap(Self.init)
    let rejects = try options.flag("rejectReadOnly")
    if given != nil, rejects != nil {
      throw .misuse("'target_session_attrs' and 'rejectReadOnly' say the same; keep the first")
    }
    self = given ?? (rejects == true ? .readWrite : .any)
  }

  var takesWrites: Bool { self == .readWrite || self == .primary }

  /// Whether a server with these facts will do.
  func fits(_ node: MySQLNode) -> Fitness {
    if let reason = node.reasonAgainst { return .not(reason) }
    switch self {
    case .readWrite, .primary:
      if node.onlyReads { return .not("it takes no writes (read_only is on)") }
    case .readOnly, .standby:
      if !node.onlyReads { return .not("it takes writes (read_only is off)") }
    case .preferStandby: if !node.onlyReads { return .ifNeedBe }
    case .any: break
    }
    return node.lagsBehind ? .ifNeedBe : .well
  }

  /// How well a server fits.
  enum Fitness: Equatable {
    case well
    /// Where there is none better.
    case ifNeedBe
    /// Not at all, and why.
    case not(String)
  }
}

/// What a server is among others: what it says of `read_only`, and of Galera.
struct MySQLNode: Sendable, Equatable {
  /// Whether it refuses the writes of ordinary users.
  var onlyReads = false
  /// What `wsrep_ready` says; nil for a server without Galera.
  var isReady: Bool?
  /// `wsrep_local_state`: 4 is Synced, 2 a donor, 1 and 3 on their way.
  var localState = 4

  /// Whether it has not all that others have, or is about to be held up.
  var lagsBehind: Bool { localState != 4 }

  /// Why it cannot serve at all.
  var reasonAgainst: String? {
    isReady == false
      ? "it is not part of its cluster's primary component, or not ready yet (wsrep_ready is OFF)"
      : nil
  }

  /// All that is asked of `read_only`: a number, or in newer versions a word.
  static let readOnlyQuery =
    "SELECT CAST(@@global.read_only AS CHAR) NOT IN ('0', 'OFF') OR @@global.innodb_read_only"
  /// Answered by a node that is not ready too.
  static let galeraQuery =
    "SHOW GLOBAL STATUS WHERE Variable_name IN "
    + "('wsrep_provider_name', 'wsrep_ready', 'wsrep_local_state')"

  /// The facts, from the answers to both.
  init(onlyReads: String?, galera: [[String?]]) {
    self.onlyReads = onlyReads == "1"
    var told: [String: String] = [:]
    for row in galera where row.count == 2 { told[(row[0] ?? "").lowercased()] = row[1] }
    guard told["wsrep_provider_name"]?.isEmpty == false else { return }
    isReady = told["wsrep_ready"] == "ON"
    localState = told["wsrep_local_state"].flatMap { Int($0) } ?? 0
  }
}
