import DriverAPI
import FoundationEssentials

/// Values in the form the server expects at their place: binary where that is exact, else as text,
/// which the server judges by its own rules.
extension PostgresParameters {
  /// Fills in the values of one execution.
  ///
  /// - Parameter types: what the server's prepare found, or empty if it was not asked; then all
  ///   values but bytes go as text.
  /// - Returns: whether each value is one of its place's type. Where it is not, the server makes one of
  ///   it, which may round or cut it, or fail: the type had better be the column's present one. [STMT-4]
  /// - Throws: `unsupported` for a value that PostgreSQL would bend, before anything is sent.
  @discardableResult
  func fill(_ values: [Value], types: [UInt32]) throws(DatabaseError) -> Bool {
    start(values.count)
    var fits = true
    for index in values.indices {
      let type = index < types.count ? PostgresType(rawValue: types[index]) : nil
      if try !append(values[index], type, isTyped: index < types.count) { fits = false }
    }
    finish()
    return fits
  }

  // Each answers with whether the value is one of the type, exactly.

  @inline(__always)
  private func append(
    _ value: Value, _ type: PostgresType?, isTyped: Bool
  ) throws(DatabaseError) -> Bool {
    switch value {
    case .null:
      appendNull()
      return true
    case .int(let integer): return append(integer, type)
    case .text(let text): return try append(text, type)
    case .bool(let truth): return append(truth, type)
    case .double(let double): return append(double, type)
    case .bytes(let bytes): return try append(bytes, type, isTyped: isTyped)
    case .uint(let integer): return try append(integer, type)
    case .uuid(let uuid): return append(uuid, type)
    case .timestamp(let timestamp): return append(timestamp, type)
    case .date(let date): return append(date, type)
    case .decimal(let decimal):
      appendText(decimal.description)
      return type == .numeric
    case .json(let text): return try append(text, type)
    }
  }

  @inline(__always)
  private func append(_ integer: Int64, _ type: PostgresType?) -> Bool {
    switch type {
    case .int8:
      appendBinary(integer)
      return true
    case .int4:
      guard let small = Int32(exactly: integer) else { break }
      appendBinary(small)
      return true
    case .int2:
      guard let small = Int16(exactly: integer) else { break }
      appendBinary(small)
      return true
    case .float8:
      guard let double = Double(exactly: integer) else { break }
      appendBinary(double.bitPattern)
      return true
    default: break
    }
    appendText(String(integer))
    return type == .numeric
  }

  private func append(_ integer: UInt64, _ type: PostgresType?) throws(DatabaseError) -> Bool {
    if let signed = Int64(exactly: integer) { return append(signed, type) }
    guard type == .numeric else {
      throw .unsupported(
        "parameter \(count + 1) is an integer above Int64.max, which only a numeric column holds")
    }
    appendText(String(integer))
    return true
  }

  private func append(_ truth: Bool, _ type: PostgresType?) -> Bool {
    if type == .bool {
      appendBinary(UInt8(truth ? 1 : 0))
      return true
    }
    appendText(truth ? "true" : "false")
    return false
  }

  private func append(_ double: Double, _ type: PostgresType?) -> Bool {
    if type == .float8 {
      appendBinary(double.bitPattern)
      return true
    }
    if type == .float4, let float = Float(exactly: double) {
      appendBinary(float.bitPattern)
      return true
    }
    appendText(double.exactText)
    return type == .numeric
  }

  private func append(_ text: String, _ type: PostgresType?) throws(DatabaseError) -> Bool {
    if text.hasNUL {
      throw .unsupported(
        "parameter \(count + 1) is text with a NUL in it, which PostgreSQL cannot hold; "
          + "store it as bytes")
    }
    guard let type, type.isText || type == .json || type == .jsonb else {
      appendText(text)
      // What is read as text and shown as text, such as a UUID, an enumeration or an address.
      return type == nil || type == .uuid
    }
    var text = text
    text.withUTF8 { utf8 in
      appendBinary(UnsafeRawBufferPointer(utf8), prefix: type == .jsonb ? 1 : nil)
    }
    // The others take blanks off the end, or cut.
    return type != .paddedText && type != .name
  }

  private func append(
    _ bytes: [UInt8], _ type: PostgresType?, isTyped: Bool
  ) throws(DatabaseError) -> Bool {
    guard !isTyped || type == .bytes || type == .uuid && bytes.count == 16 else {
      throw .unsupported(
        "parameter \(count + 1) is bytes, but the statement wants "
          + "\(type?.sqlName ?? "another type") there")
    }
    bytes.withUnsafeBytes { appendBinary($0) }
    return true
  }

  private func append(_ uuid: UUID, _ type: PostgresType?) -> Bool {
    if type == .uuid || type == .bytes {
      withUnsafeBytes(of: uuid.uuid) { appendBinary($0) }
      return true
    }
    appendText(uuid.uuidString.lowercased())
    return type == .text || type == .limitedText
  }

  private func append(_ timestamp: Timestamp, _ type: PostgresType?) -> Bool {
    if type == .timestamp || type == .localTimestamp {
      appendBinary(timestamp.microseconds - PostgresEpoch.microseconds)
      return true
    }
    appendText(PostgresText.spelling(timestamp))
    return type == .text || type == .limitedText
  }

  private func append(_ date: CalendarDate, _ type: PostgresType?) -> Bool {
    if type == .date {
      appendBinary(Int32(truncatingIfNeeded: date.daysSince1970) - PostgresEpoch.days)
      return true
    }
    appendText(PostgresText.spelling(date, as: type))
    switch type {
    case .timestamp, .localTimestamp, .text, .limitedText: return true
    default: return false
    }
  }

  /// Whether one of them means something else as text of a type yet unknown than in the type of its
  /// place: bytes are text to a column of text, a UUID is text to a column of bytes, and a date has no
  /// zone. The server is asked for the types first then.
  static func needTypes(_ values: [Value]) -> Bool {
    values.contains { value in
      switch value {
      case .bytes, .uuid, .date, .timestamp, .uint: true
      default: false
      }
    }
  }
}

/// Values as text that means the same in every session.
enum PostgresText {
  /// With its offset: without one it would be a time of the session's zone. A column without a zone
  /// ignores it, and keeps what the clock shows in UTC.
  static func spelling(_ timestamp: Timestamp) -> String { timestamp.description + "+00" }

  /// A day; its midnight in UTC where an instant is expected.
  static func spelling(_ date: CalendarDate, as type: PostgresType?) -> String {
    type == .timestamp ? date.description + " 00:00:00+00" : date.description
  }
}
