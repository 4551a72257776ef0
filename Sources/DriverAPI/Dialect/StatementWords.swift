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
  private var isDoubtful = false
  private var session = SessionTrace()

  /// Whether it may leave something behind in the session. When in doubt, it does. [POOL-4]
  var mayLeaveState: Bool { session.mayLeaveState }

  /// Whether the statement surely only reads: it is a query, and all that it calls is known to be
  /// harmless. EXPLAIN is left out, because some of its forms run what they explain.
  var isReadOnly: Bool { leadingKeyword != "EXPLAIN" && !isDoubtful && looksReadOnly }

  /// Whether no word of the statement speaks of a change; what its functions do is not known.
  var looksReadOnly: Bool {
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
  mutating func note(_ word: String, isCall: Bool, isNested: Bool, _ rules: LexicalRules) {
    if leadingKeyword.isEmpty {
      leadingKeyword = word
      if word != "WITH" { verb = word }
    } else if verb.isEmpty, !isNested, Self.queries.contains(word) || Self.changes.contains(word) {
      verb = word
    }
    noteEffect(of: word, isCall: isCall)
    session.note(word, isCall: isCall, inQuery: Self.queries.contains(verb), rules)
    previous = word
  }

  /// `:=` sets a variable of MySQL's session.
  mutating func noteAssignment() {
    mayWrite = true
    session.noteAssignment()
  }

  /// Something of which nobody knows what it does, such as code that only some servers run.
  mutating func noteDoubt() { isDoubtful = true }

  /// A parenthesis behind a name. Behind the name of a table of WITH stand its columns.
  mutating func noteCall(of name: CalledName, isNested: Bool, _ rules: LexicalRules) {
    switch name {
    case .none: break
    case .other:
      isDoubtful = true
      session.noteCallOfOtherName()
    case .word(let word):
      if verb.isEmpty, !isNested { return }
      if word == "EXPLAIN" || !rules.harmlessFunctions.contains(word) { isDoubtful = true }
    }
  }

  /// What stands before a parenthesis.
  enum CalledName {
    /// No name.
    case none
    /// A name in quotes, or one behind a dot.
    case other
    /// A plain word, in capitals.
    case word(String)
  }

  private mutating func noteEffect(of word: String, isCall: Bool) {
    switch word {
    case "INSERT", "UPDATE", "DELETE", "MERGE", "INTO": mayWrite = true
    // NEXT VALUE FOR a sequence.
    case "VALUE": if ["NEXT", "PREVIOUS"].contains(previous) { mayWrite = true }
    // Replacing in a text is a function of every engine.
    case "REPLACE": if !isCall { mayWrite = true }
    // Locks: FOR SHARE, FOR KEY SHARE, LOCK IN SHARE MODE.
    case "SHARE": if ["FOR", "KEY", "IN"].contains(previous) { mayWrite = true }
    case "ANALYZE", "ANALYSE": analyzes = true
    case "RETURNING": returns = true
    default:
      if isCall, Self.hasEffect(word) { mayWrite = true }
      // SQLite's pragmas are tables as well; those with an argument are on the list of functions.
      if !isCall, word.utf8.starts(with: "PRAGMA_".utf8) { isDoubtful = true }
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
