/// Finds out whether a statement on data can leave something behind in its session: a setting, a lock,
/// a variable, a temporary table. [POOL-4]
///
/// Functions can do all of that, and a function of the application's own does what nobody can see from
/// outside, so a call is harmless only if its name is known to be.
struct SessionTrace {
  private(set) var mayLeaveState = false
  private var previous = ""
  /// Words since INTO, behind which stands a table with its columns in parentheses.
  private var wordsSinceInto = 2

  mutating func note(_ word: String, isCall: Bool, inQuery: Bool, _ rules: LexicalRules) {
    if word == "INTO" {
      // A query puts its result into a variable or a table.
      if inQuery, previous != "INSERT", previous != "REPLACE", previous != "IGNORE" {
        mayLeaveState = true
      }
      wordsSinceInto = 0
    } else {
      if isCall, !isName, !Self.words.contains(word), !rules.harmlessFunctions.contains(word),
        !rules.statelessFunctions.contains(word)
      {
        mayLeaveState = true
      }
      wordsSinceInto += 1
    }
    previous = word
  }

  mutating func noteAssignment() { mayLeaveState = true }

  mutating func noteCallOfOtherName() {
    if !isName, wordsSinceInto > 1 { mayLeaveState = true }
  }

  /// Whether what follows now is the name of a table or an alias, whose columns can stand behind it.
  private var isName: Bool {
    wordsSinceInto == 0 || previous == "AS" || previous == "WITH" || previous == "RECURSIVE"
  }

  /// The words that stand before a parenthesis in statements that write, and call nothing.
  private static let words: Set<String> = [
    "CONFLICT", "DO", "KEY", "MATERIALIZED", "OF", "PARTITION", "RETURNING", "ROLLUP", "ROWS",
    "SET",
    "SETS", "UPDATE", "VALUE",
    // Types with a length.
    "BINARY", "BIT", "CHAR", "CHARACTER", "DATETIME", "DECIMAL", "FLOAT", "NUMERIC", "TIME",
    "TIMESTAMP", "TIMESTAMPTZ", "VARBINARY", "VARBIT", "VARCHAR", "VARYING",
  ]
}
