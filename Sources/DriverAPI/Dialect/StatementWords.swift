/// What the words of one statement say about it.
struct StatementWords {
  /// The first word, in capitals; empty if the statement has none.
  private(set) var leadingKeyword = ""
  /// The verb that a WITH leads up to; otherwise the first word.
  private var verb = ""
  private var mayWrite = false
  private var analyzes = false
  private var returns = false
  private var previous = ""
  private var session = SessionTrace()

  /// Whether it may leave something behind in the session. When in doubt, it does. [POOL-4]
  var mayLeaveState: Bool { session.mayLeaveState }

  /// Whether the statement certainly only reads. When in doubt, it does not.
  var isReadOnly: Bool {
    switch leadingKeyword {
    // It only shows how the statement would run, unless it is told to run it.
    case "EXPLAIN": !analyzes
    case "SELECT", "VALUES", "TABLE", "WITH": Self.queries.contains(verb) && !mayWrite
    default: false
    }
  }

  /// Whether the statement seems to answer with rows. A hint: only the engine knows.
  var returnsRows: Bool { returns || Self.queries.contains(verb) || Self.reports.contains(verb) }

  private static let queries: Set<String> = ["SELECT", "VALUES", "TABLE"]
  private static let changes: Set<String> = ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE"]
  private static let reports: Set<String> = [
    "EXPLAIN", "SHOW", "DESCRIBE", "DESC", "PRAGMA", "FETCH",
  ]

  /// Takes the next word: `isCall` if a parenthesis follows it, `isNested` if it stands in one.
  mutating func note(_ word: String, isCall: Bool, isNested: Bool) {
    if leadingKeyword.isEmpty {
      leadingKeyword = word
      if word != "WITH" { verb = word }
    } else if verb.isEmpty, !isNested, Self.queries.contains(word) || Self.changes.contains(word) {
      verb = word
    }
    noteEffect(of: word, isCall: isCall)
    session.note(word, isCall: isCall, inQuery: Self.queries.contains(verb))
    previous = word
  }

  /// `:=` sets a variable of MySQL's session.
  mutating func noteAssignment() {
    mayWrite = true
    session.noteAssignment()
  }

  /// A parenthesis follows a name that is not a bare word: a quoted one, or one behind a dot.
  mutating func noteCallOfOtherName() { session.noteCallOfOtherName() }

  private mutating func noteEffect(of word: String, isCall: Bool) {
    switch word {
    case "INSERT", "UPDATE", "DELETE", "MERGE", "INTO": mayWrite = true
    // Replacing in a text is a function of every engine.
    case "REPLACE": if !isCall { mayWrite = true }
    // Locks: FOR SHARE, FOR KEY SHARE, LOCK IN SHARE MODE.
    case "SHARE": if ["FOR", "KEY", "IN"].contains(previous) { mayWrite = true }
    case "ANALYZE", "ANALYSE": analyzes = true
    case "RETURNING": returns = true
    default: if isCall, Self.hasEffect(word) { mayWrite = true }
    }
  }

  /// Whether a function of that name changes something, or asks about its own connection.
  private static func hasEffect(_ function: String) -> Bool {
    switch function {
    case "NEXTVAL", "SETVAL", "CURRVAL", "LASTVAL", "SET_CONFIG", "PG_NOTIFY": true
    case "GET_LOCK", "RELEASE_LOCK", "RELEASE_ALL_LOCKS", "LAST_INSERT_ID", "ROW_COUNT": true
    case "LAST_INSERT_ROWID", "CHANGES", "TOTAL_CHANGES", "LOAD_EXTENSION", "WRITEFILE": true
    default:
      function.hasPrefix("PG_ADVISORY_") || function.hasPrefix("PG_TRY_ADVISORY_")
        || function.hasPrefix("LO_") || function.hasPrefix("DBLINK")
    }
  }
}
