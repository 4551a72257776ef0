extension Dialect {
  /// A text in which `IN (\(each: []))` is written as the engine takes it. [QUERY-10]
  ///
  /// Most engines take a query without rows. PostgreSQL compares types first, and NULL has none that
  /// goes with a number; an array without elements takes the type of what it is compared with.
  func writingEmptyLists(_ sql: String) -> String {
    guard writesEmptyListsAsArrays || dummyTable != nil,
      sql.utf8.count > SQL.emptyList.utf8.count, sql.utf8.contains(SQL.emptyList.utf8)
    else { return sql }
    let usual = dummyTable.map(SQL.emptyList(from:)) ?? SQL.emptyList
    var output = ""
    var rest = sql[...]
    while let list = rest.utf8.firstRange(of: SQL.emptyList.utf8) {
      let before = rest[..<list.lowerBound]
      if writesEmptyListsAsArrays, let head = Self.head(before) {
        output += head.text + (head.isNegated ? "<> ALL (" : "= ANY (") + "'{}'"
      } else {
        output += before + usual
      }
      rest = rest[list.upperBound...]
    }
    return output + rest
  }

  /// What stands before `[NOT] IN (`; nil if the list stands elsewhere.
  private static func head(_ text: Substring) -> (text: Substring, isNegated: Bool)? {
    guard let open = withoutBlanks(text).last, open == "(" else { return nil }
    guard let head = dropping("IN", from: withoutBlanks(text).dropLast()) else { return nil }
    if let negated = dropping("NOT", from: head) { return (negated, true) }
    return (head, false)
  }

  /// The text before that last word; nil if it ends otherwise.
  private static func dropping(_ word: String, from text: Substring) -> Substring? {
    let text = withoutBlanks(text)
    guard text.suffix(word.count).uppercased() == word else { return nil }
    let head = text.dropLast(word.count)
    if let last = head.utf8.last, SQLByte.isWord(last) { return nil }
    return head
  }

  private static func withoutBlanks(_ text: Substring) -> Substring {
    var text = text
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}
