import CMariaDB
import DriverAPI

extension MySQLStatement {
  /// How many rows the statement matched. [EXEC-1]
  ///
  /// For an insert that updates what exists the server counts 1 for a new row, 2 for a changed one and
  /// 1 for one left as it was, so the sum tells nothing; but an insert of several rows comes with the
  /// numbers of its rows and of those that existed.
  func outcome() -> ExecResult {
    guard let handle else { return ExecResult(rowCount: 0) }
    let affected = mysql_stmt_affected_rows(handle)
    // Of a statement that returns rows, as many as it returns.
    guard affected != .max else { return ExecResult(rowCount: 0) }
    switch text.leadingKeyword {
    case "INSERT", "REPLACE": return insertOutcome(Int(clamping: affected), handle)
    case "UPDATE", "DELETE", "WITH": return ExecResult(rowCount: Int(clamping: affected))
    default: return ExecResult(rowCount: 0)
    }
  }

  private func insertOutcome(
    _ affected: Int, _ handle: UnsafeMutablePointer<MYSQL_STMT>
  ) -> ExecResult {
    let told = mysql_stmt_insert_id(handle)
    let counts = insertCounts
    if countsNewRows {
      guard let counts else {
        return ExecResult(rowCount: told == Dialect.existingRowMark ? 0 : 1)
      }
      return ExecResult(rowCount: counts.rows - counts.duplicates)
    }
    let rowCount = min(affected, counts?.rows ?? 1)
    var id: Int64?
    if told != 0, idMeaning.isOfNewRow(affected, counts) { id = Int64(exactly: told) }
    return ExecResult(rowCount: rowCount, lastInsertID: id)
  }

  /// `Records: 3  Duplicates: 1  Warnings: 0`, the fixed form of the protocol's info about an insert.
  private var insertCounts: MySQLInsertCounts? {
    guard let info = mysql_info(connection.handle.pointer) else { return nil }
    let numbers = String(cString: info).split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
    return numbers.count == 3 ? MySQLInsertCounts(rows: numbers[0], duplicates: numbers[1]) : nil
  }
}

/// What the server says about an insert of several rows.
struct MySQLInsertCounts {
  let rows: Int
  let duplicates: Int
}

/// What the id that comes with the answer to an insert means. [EXEC-7]
enum MySQLInsertID {
  /// The id of the first new row, if there is a new row.
  case newRow
  /// That, or the id of a row that existed and was updated.
  case upserted
  /// What the statement itself told the server to say, by `LAST_INSERT_ID(…)`.
  case assigned

  init(_ text: StatementText) {
    let code = text.text.utf8
    if code.firstCall(of: "LAST_INSERT_ID", withArguments: true) {
      self = .assigned
    } else {
      self = code.firstCall(of: "DUPLICATE", withArguments: false) ? .upserted : .newRow
    }
  }

  /// Whether it is the id of a row that the statement inserted.
  ///
  /// An upsert of one row counts 2 if it changed an old one; if it left it as it was it counts 1 and
  /// tells no id.
  func isOfNewRow(_ affected: Int, _ counts: MySQLInsertCounts?) -> Bool {
    switch self {
    case .newRow: affected > 0
    case .upserted: counts.map { $0.rows > $0.duplicates } ?? (affected == 1)
    case .assigned: false
    }
  }
}

extension StatementText {
  /// Whether an INSERT names its rows, all of which are new, and neither returns them nor reads ids: strings
  /// and comments count as well.
  var isPlainInsert: Bool {
    let words: [StaticString] = [
      "IGNORE", "DUPLICATE", "SELECT", "RETURNING", "LAST_INSERT_ID", "DELAYED", "TABLE", "WITH",
    ]
    return !words.contains { text.utf8.firstCall(of: $0, withArguments: false) }
  }
}

extension String.UTF8View {
  /// Whether the word stands somewhere, in any case; with arguments, followed by `(` and something.
  ///
  /// Strings and comments count as well: the answer may only be too careful.
  fileprivate func firstCall(of word: StaticString, withArguments: Bool) -> Bool {
    let wanted = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    var start = startIndex
    while let end = index(start, offsetBy: wanted.count, limitedBy: endIndex) {
      if zip(self[start..<end], wanted).allSatisfy({ $0 & 0xDF == $1 & 0xDF }) {
        if !withArguments { return true }
        let rest = self[end...].drop { $0 <= 32 }
        if rest.first == UInt8(ascii: "("),
          rest.dropFirst().first(where: { $0 > 32 }) != UInt8(ascii: ")")
        {
          return true
        }
      }
      start = index(after: start)
    }
    return false
  }
}
