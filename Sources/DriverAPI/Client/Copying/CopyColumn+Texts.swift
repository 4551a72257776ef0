import FoundationEssentials

extension CopyColumn {
  /// The text of a text cell.
  @inline(__always)
  func checked(_ cell: Cell) throws(DatabaseError) -> String {
    guard let text = cell.copiedText else {
      throw refusal(
        .invalidValue,
        "text that is not UTF-8; correct it, or declare the target's column for bytes and CAST it to BLOB"
      )
    }
    return try checked(text)
  }

  private func checked(_ text: String) throws(DatabaseError) -> String {
    if !lacks.nulInText, text.utf8.contains(0) {
      throw refusal(
        .unsupported,
        "text with a NUL in it, which the target does not hold; take the NUL out, or declare the "
          + "target's column for bytes")
    }
    if let most = limits.maxLength, text.utf8.count > most, text.unicodeScalars.count > most {
      throw refusal(
        .dataOutOfRange,
        "text of \(text.unicodeScalars.count) characters, and the target's column holds \(most); "
          + "widen it, or shorten the text")
    }
    return text
  }

  func text(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> String {
    if cell.kind == .text || cell.kind == .json { return try checked(cell) }
    guard isUniform, cell.kind != .bytes, cell.kind != .untyped else { throw mismatch(cell) }
    return try checked(row.writtenOut(index))
  }

  func json(_ cell: Cell) throws(DatabaseError) -> String {
    guard cell.kind == .text || cell.kind == .json else { throw mismatch(cell) }
    return try checked(cell)
  }

  func bytes(
    _ cell: Cell, _ row: borrowing Row, _ index: Int
  ) throws(DatabaseError) -> [UInt8] {
    switch cell.kind {
    case .bytes, .untyped: return Array(cell.borrowedBytes)
    case .uuid where isUniform:
      let uuid = try row.decode(index, as: UUID.self)
      return withUnsafeBytes(of: uuid.uuid) { Array($0) }
    default: throw mismatch(cell)
    }
  }

  /// A value whose kind the column does not decide on.
  func asIs(_ cell: Cell, _ row: borrowing Row, _ index: Int) throws(DatabaseError) -> Value {
    switch cell.kind {
    // As a value it would be bytes, and so of another type than it was.
    case .text, .json: return .text(try checked(cell))
    case .double: return .double(Double(bitPattern: cell.bits))
    default: return try row.value(index)
    }
  }

  // MARK: What is said

  func mismatch(_ cell: Cell) -> DatabaseError {
    let remedy: String =
      switch (kind, cell.kind) {
      case (.timestamp, .int):
        "if it counts seconds since 1970, UPDATE it to datetime(…, 'unixepoch')"
      case (.text, .bytes), (.json, .bytes): "CAST it to TEXT if it is one"
      default: "correct the value, or the type of the target's column"
      }
    return refusal(.invalidValue, "\(name(of: cell)), and the target holds \(wanted); \(remedy)")
  }

  func refusal(_ kind: DatabaseError.Kind, _ what: String) -> DatabaseError {
    DatabaseError(
      kind, "the column \(source) holds \(what)", execution: .notSent,
      details: .init(column: source))
  }

  private var wanted: String {
    switch kind {
    case .bool: "a truth value"
    case .int: "an integer"
    case .double, .single: "a double"
    case .decimal: "a decimal"
    case .text: "text"
    case .bytes: "bytes"
    case .timestamp: "an instant"
    case .date: "a date"
    case .uuid: "a UUID"
    case .json: "JSON"
    case .other, .asIs: "something else"
    }
  }

  func name(of cell: Cell) -> String {
    switch cell.kind {
    case .null: "NULL"
    case .bool: "a truth value"
    case .int, .uint: "an integer"
    case .double: "a double"
    case .text, .json: "text"
    case .bytes, .untyped: "bytes"
    case .uuid: "a UUID"
    case .timestamp: "an instant"
    case .date: "a date"
    case .decimal: "a decimal"
    }
  }
}
