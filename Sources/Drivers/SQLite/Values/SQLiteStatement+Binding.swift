import CSQLite
import DriverAPI
import FoundationEssentials

extension SQLiteStatement {
  /// Copies the parameters into the statement. [BIND-1]
  ///
  /// - Parameter areKept: the caller keeps them until the statement has run, so that long texts can be read
  ///   where they lie. Whoever runs it again binds all of them anew.
  /// - Throws: `unsupported` for a value SQLite would bend, before anything runs. [TYPE-8]
  func bind(_ parameters: [Value], areKept: Bool = false) throws(DatabaseError) {
    for index in parameters.indices {
      let result = try bind(parameters[index], at: Int32(truncatingIfNeeded: index + 1), areKept)
      if result != SQLITE_OK { throw connection.executionError(result, self) }
    }
  }

  private func bind(
    _ value: Value, at index: Int32, _ isKept: Bool
  ) throws(DatabaseError) -> Int32 {
    switch value {
    case .null: sqlite3_bind_null(handle, index)
    case .bool(let truth): sqlite3_bind_int(handle, index, truth ? 1 : 0)
    case .int(let integer): try bind(integer, at: index)
    case .uint(let integer): try bind(integer, at: index)
    case .double(let double): try bind(double, at: index)
    case .text(let text), .json(let text): try bind(text, at: index, isKept)
    case .bytes(let bytes): bind(bytes, at: index)
    case .uuid(let uuid): try bind(uuid.uuidString.lowercased(), at: index)
    case .timestamp(let timestamp): try bind(timestamp.description, at: index)
    case .date(let date): try bind(date.description, at: index)
    case .decimal(let decimal): try bind(decimal.description, at: index)
    }
  }

  private func bind(
    _ text: String, at index: Int32, _ isKept: Bool = false
  ) throws(DatabaseError) -> Int32 {
    // A string of up to 15 bytes has them in itself, and one that is not UTF-8 gets a copy: both move.
    let staysThere = isKept && text.isContiguousUTF8 && text.utf8.count > 15
    var text = text
    var bending = SQLiteAffinities.none
    let result = text.withUTF8 { utf8 in
      // An empty string may have no address, and a null address would bind NULL.
      if utf8.isEmpty { return dovetail_bind_text(handle, index, "", 0) }
      noteBound(bytes: utf8.count)
      if writes { bending = SQLiteAffinities(bendingText: utf8) }
      return utf8.withMemoryRebound(to: CChar.self) { characters in
        if staysThere {
          return dovetail_bind_kept_text(
            handle, index, characters.baseAddress, UInt64(utf8.count))
        }
        return dovetail_bind_text(handle, index, characters.baseAddress, UInt64(utf8.count))
      }
    }
    if bending != .none { try refuse(bending, at: index) }
    return result
  }

  private func bind(_ integer: Int64, at index: Int32) throws(DatabaseError) -> Int32 {
    // Up to here a double holds every integer.
    if writes, integer.magnitude > 1 << 53, Int64(exactly: Double(integer)) != integer {
      try refuse(.real, at: index)
    }
    return sqlite3_bind_int64(handle, index, integer)
  }

  private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
    if bytes.isEmpty { return sqlite3_bind_zeroblob(handle, index, 0) }
    noteBound(bytes: bytes.count)
    return bytes.withUnsafeBytes { raw in
      dovetail_bind_blob(handle, index, raw.baseAddress, UInt64(raw.count))
    }
  }

  private func bind(_ integer: UInt64, at index: Int32) throws(DatabaseError) -> Int32 {
    guard let small = Int64(exactly: integer) else {
      throw .unsupported(
        "parameter \(index) is an integer above Int64.max, which SQLite cannot hold; store it as text"
      )
    }
    return try bind(small, at: index)
  }

  private func bind(_ double: Double, at index: Int32) throws(DatabaseError) -> Int32 {
    if double.isNaN {
      throw .unsupported("parameter \(index) is NaN, which SQLite would turn into NULL")
    }
    if writes { try checkDouble(double, at: index) }
    return sqlite3_bind_double(handle, index, double)
  }
}
