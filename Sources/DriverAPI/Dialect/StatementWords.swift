/// What the words of one statement say about it.
struct StatementWords {
  /// The first word, in capitals; empty if the statement has none.
  private(set) var leadingKeyword = ""
  /// How deep the body of a trigger or routine is nested; its semicolons separate nothing.
  private var bodyDepth = 0
  private var createsRoutine = false
  private var endIsPending = false
  private var writes = false
  private var previous = ""

  var isInBody: Bool { bodyDepth > 0 }

  /// Whether the statement certainly only reads. When in doubt, it does not.
  var isReadOnly: Bool {
    switch leadingKeyword {
    case "SELECT", "VALUES", "TABLE", "WITH", "EXPLAIN": !writes
    default: false
    }
  }

  /// Takes the next word; `isCall` if a parenthesis follows it.
  mutating func note(_ bytes: ArraySlice<UInt8>, isCall: Bool) {
    // No keyword we know is longer; a longer word only ends what the one before it began.
    let word = bytes.count <= 12 ? Self.uppercased(bytes) : ""
    if leadingKeyword.isEmpty { leadingKeyword = word.isEmpty ? "?" : word }
    noteWrite(word, isCall: isCall)
    if leadingKeyword == "CREATE" { noteBody(word) }
    previous = word
  }

  mutating func note(parenthesis: UInt8) {
    if endIsPending { resolveEnd() }
  }

  /// The word after END decides what it ended; without one, it ended a BEGIN or CASE.
  mutating func resolveEnd() {
    if endIsPending { bodyDepth -= 1 }
    endIsPending = false
  }

  private mutating func noteWrite(_ word: String, isCall: Bool) {
    switch word {
    case "INSERT", "UPDATE", "DELETE", "MERGE", "INTO", "LOCK": writes = true
    // replace(…) is a function of every engine.
    case "REPLACE": if !isCall { writes = true }
    case "SHARE", "KEY": if previous == "FOR" || previous == "NO" { writes = true }
    // EXPLAIN ANALYZE runs the statement.
    case "ANALYZE", "ANALYSE": if leadingKeyword == "EXPLAIN" { writes = true }
    default: break
    }
  }

  private mutating func noteBody(_ word: String) {
    if endIsPending {
      endIsPending = false
      switch word {
      case "IF", "LOOP", "WHILE", "REPEAT": return
      case "CASE":
        bodyDepth -= 1
        return
      default: bodyDepth -= 1
      }
    }
    switch word {
    case "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT": if bodyDepth == 0 { createsRoutine = true }
    case "BEGIN": if createsRoutine { bodyDepth += 1 }
    case "CASE": if bodyDepth > 0 { bodyDepth += 1 }
    case "END": if bodyDepth > 0 { endIsPending = true }
    default: break
    }
  }

  private static func uppercased(_ bytes: ArraySlice<UInt8>) -> String {
    String(
      decoding: bytes.map { $0 >= 0x61 && $0 <= 0x7a ? $0 - 0x20 : $0 }, as: UTF8.self)
  }
}
