import DriverAPI
import FoundationEssentials

/// Values in the form the server expects at their place: binary where that is exact, else as text,
/// which the server judges by its own rules.
extension PostgresParameters {
  /// Fills in the values of one execution.
  ///
  /// - Parameter types: what the server's prepare found, or empty if it was not asked; then all
  ///   values but bytes go as text.
  /// - Throws: `unsupported` for a value that PostgreSQL would bend, before anything is sent.
  func fill(_ values: [Value], types: [UInt32]) throws(DatabaseError) {
    start(values.count)
    for index in values.indices {
      let type = index < types.count ? PostgresType(rawValue: types[index]) : nil
      try append(values[index], type, isTyped: index < types.count)
    }
    finish()
  }

  @inline(__always)
  private func append(
    _ value: Value, _ type: PostgresType?, isTyped: Bool
  ) throws(DatabaseError) {
    switch value {
    case .null: appendNull()
    case .int(let integer): append(integer, type)
    case .text(let text): try append(text, type)
    case .bool(let truth): append(truth, type)
    case .double(let double): append(double, type)
    case .bytes(let bytes): try append(bytes, type, isTyped: isTyped)
    case .uint(let integer): try append(integer, type)
    case .uuid(let uuid): append(uuid, type)
    case .timestamp(let timestamp): append(timestamp, type)
    case .date(let date): append(date, type)
    case .decimal(let decimal): appendText(decimal.description)
    case .json(let text): try append(text, type)
    }
  }

  @inline(__always)
  private func append(_ integer: Int64, _ type: PostgresType?) {
    switch type {
    case .int8: appendBinary(integer)
    case .int4:
      if let small = Int32(exactly: integer) { appendBinary(small) } else { spell(integer) }
    case .int2:
      if let small = Int16(exactly: integer) { appendBinary(small) } else { spell(integer) }
    case .float8:
      if let double = Double(exactly: integer) {
        appendBinary(double.bitPattern)
      } else {
        spell(integer)
      }
    default: spell(integer)
    }
  }

  private func spell(_ integer: Int64) { appendText(String(integer)) }

  private func append(_ integer: UInt64, _ type: PostgresType?) throws(DatabaseError) {
    if let signed = Int64(exactly: integer) { return append(signed, type) }
    guard type == .numeric else {
      throw .unsupported(
        "parameter \(count + 1) is an integer above Int64.max, which only a numeric column holds")
    }
    appendText(String(integer))
  }

  private func append(_ truth: Bool, _ type: PostgresType?) {
    if type == .bool {
      appendBinary(UInt8(truth ? 1 : 0))
    } else {
      appendText(truth ? "true" : "false")
    }
  }

  private func append(_ double: Double, _ type: PostgresType?) {
    if type == .float8 { return appendBinary(double.bitPattern) }
    if type == .float4, let float = Float(exactly: double) { return appendBinary(float.bitPattern) }
    appendText(double.exactText)
  }

  private func append(_ text: String, _ type: PostgresType?) throws(DatabaseError) {
    if text.hasNUL {
      throw .unsupported(
        "parameter \(count + 1) is text with a NUL in it, which PostgreSQL cannot hold; "
          + "store it as bytes")
    }
    guard let type, type.isText || type == .json || type == .jsonb else { return appendText(text) }
    var text = text
    text.withUTF8 { utf8 in
      appendBinary(UnsafeRawBufferPointer(utf8), prefix: type == .jsonb ? 1 : nil)
    }
  }

  private func append(
    _ bytes: [UInt8], _ type: PostgresType?, isTyped: Bool
  ) throws(DatabaseError) {
    guard !isTyped || type == .bytes || type == .uuid && bytes.count == 16 else {
      throw .unsupported(
        "parameter \(count + 1) is bytes, but the statement wants "
          + "\(type?.sqlName ?? "another type") there")
    }
    bytes.withUnsafeBytes { appendBinary($0) }
  }

  private func append(_ uuid: UUID, _ type: PostgresType?) {
    switch type {
    case .uuid, .bytes: withUnsafeBytes(of: uuid.uuid) { appendBinary($0) }
    default: appendText(uuid.uuidString.lowercased())
    }
  }

  private func append(_ timestamp: Timestamp, _ type: PostgresType?) {
    switch type {
    case .timestamp, .localTimestamp:
      appendBinary(timestamp.microseconds - PostgresEpoch.microseconds)
    default: appendText(PostgresText.spelling(timestamp))
    }
  }

  private func append(_ date: CalendarDate, _ type: PostgresType?) {
    if type == .date {
      appendBinary(Int32(truncatingIfNeeded: date.daysSince1970) - PostgresEpoch.days)
    } else {
      appendText(PostgresText.spelling(date, as: type))
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
