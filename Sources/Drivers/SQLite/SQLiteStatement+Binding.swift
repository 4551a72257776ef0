import CSQLite
import DriverAPI
import FoundationEssentials

extension SQLiteStatement {
  /// Copies the parameters into the statement. [BIND-1]
  ///
  /// - Throws: `unsupported` for a value SQLite would bend, before anything runs.
  func bind(_ parameters: [Value]) throws(DatabaseError) {
    for index in parameters.indices {
      let result = try bind(parameters[index], at: Int32(truncatingIfNeeded: index + 1))
      if result != SQLITE_OK { throw connection.executionError(result, self) }
    }
  }

  private func bind(_ value: Value, at index: Int32) throws(DatabaseError) -> Int32 {
    switch value {
    case .null: sqlite3_bind_null(handle, index)
    case .bool(let truth): sqlite3_bind_int(handle, index, truth ? 1 : 0)
    case .int(let integer): sqlite3_bind_int64(handle, index, integer)
    case .uint(let integer): try bind(integer, at: index)
    case .double(let double): try bind(double, at: index)
    case .text(let text), .json(let text): bind(text, at: index)
    case .bytes(let bytes): bind(bytes, at: index)
    case .uuid(let uuid): bind(uuid.uuidString.lowercased(), at: index)
    case .timestamp(let timestamp): bind(timestamp.description, at: index)
    case .date(let date): bind(date.description, at: index)
    case .decimal(let decimal): bind(decimal.description, at: index)
    }
  }

  private func bind(_ text: String, at index: Int32) -> Int32 {
    var text = text
    return text.withUTF8 { utf8 in
      // An empty string may have no address, and a null address would bind NULL.
      if utf8.isEmpty { return dovetail_bind_text(handle, index, "", 0) }
      noteBound(bytes: utf8.count)
      return utf8.withMemoryRebound(to: CChar.self) { characters in
        dovetail_bind_text(handle, index, characters.baseAddress, UInt64(utf8.count))
      }
    }
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
    return sqlite3_bind_int64(handle, index, small)
  }

  private func bind(_ double: Double, at index: Int32) throws(DatabaseError) -> Int32 {
    if double.isNaN {
      throw .unsupported("parameter \(index) is NaN, which SQLite would turn into NULL")
    }
    return sqlite3_bind_double(handle, index, double)
  }
}
