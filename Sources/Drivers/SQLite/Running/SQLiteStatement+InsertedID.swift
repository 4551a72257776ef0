import CSQLite
import DriverAPI

/// How it is known whether the session's last id is that of a row which a statement inserted.
enum SQLiteInsertedID {
  /// Every counted row is new and has a rowid.
  case always
  /// Only by its change: the rows may be old ones that an upsert updated, or have no rowid.
  case ifChanged
}

extension SQLiteStatement {
  /// The id of the last row that an insert, which has counted rows, inserted; nil if there is none.
  /// [EXEC-7]
  ///
  /// SQLite keeps the id of an earlier insert, of whatever table, where nothing was inserted. It is not
  /// overwritten beforehand to see that: statements and triggers may read it.
  func lastInsertedID() -> Int64? {
    let rowID = sqlite3_last_insert_rowid(connection.handle)
    if rowID != earlierRowID { return rowID }
    // Rarely the same by chance: a row of one table can follow a row of the same number in another.
    let meaning = insertedID ?? findMeaning()
    insertedID = meaning
    return meaning == .always ? rowID : nil
  }

  private func findMeaning() -> SQLiteInsertedID {
    if text.text.utf8.mentionsConflict { return .ifChanged }
    return storesRowIDs ? .always : .ifChanged
  }

  /// Whether its program writes rows under a rowid that becomes the session's last; a table WITHOUT ROWID is
  /// only an index, and what triggers insert counts for nothing when they have ended.
  private var storesRowIDs: Bool {
    var explanation: OpaquePointer?
    guard
      sqlite3_prepare_v2(connection.handle, "EXPLAIN " + text.text, -1, &explanation, nil)
        == SQLITE_OK
    else { return false }
    defer { sqlite3_finalize(explanation) }
    var programCount = 0
    while sqlite3_step(explanation) == SQLITE_ROW {
      // Each begins at address 0 again.
      if sqlite3_column_int(explanation, 0) == 0 { programCount += 1 }
      if programCount > 1 { break }
      // The flag of its fifth operand: some builds have an Insert for their hooks alone.
      if let name = sqlite3_column_text(explanation, 1), String(cString: name) == "Insert",
        sqlite3_column_int(explanation, 6) & 0x20 != 0
      {
        return true
      }
    }
    return false
  }
}

extension String.UTF8View {
  /// Whether the word of an upsert stands somewhere, in any case; strings and comments count too.
  fileprivate var mentionsConflict: Bool {
    let word = Array("CONFLICT".utf8)
    var start = startIndex
    while let end = index(start, offsetBy: word.count, limitedBy: endIndex) {
      if zip(self[start..<end], word).allSatisfy({ $0 & 0xDF == $1 }) { return true }
      start = index(after: start)
    }
    return false
  }
}
