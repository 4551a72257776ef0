import DriverAPI
import FoundationEssentials
import Glibc

/// How rows are written for COPY.
///
/// Binary where every value has a binary form that the column takes as it is; otherwise all of them
/// as text, which the server reads by its own rules.
struct PostgresCopyFormat {
  /// The type of each column.
  let types: [PostgresType?]
  let isBinary: Bool

  /// What begins the data.
  func begin(_ buffer: inout PostgresCopyBuffer) {
    guard isBinary else { return }
    buffer.append("PGCOPY\n")
    for byte: UInt8 in [0xFF, 0x0D, 0x0A, 0] { buffer.append(byte) }
    buffer.append(0 as Int64)
  }

  /// What ends the data.
  func end(_ buffer: inout PostgresCopyBuffer) {
    if isBinary { buffer.append(-1 as Int16) }
  }

  /// One row; false if a value has no binary form for its column.
  ///
  /// - Throws: `unsupported` for a value that PostgreSQL would bend.
  func write(
    _ row: [Value], to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) -> Bool {
    guard isBinary else {
      try writeText(row, to: &buffer)
      return true
    }
    buffer.append(Int16(truncatingIfNeeded: row.count))
    for index in row.indices {
      guard try writeBinary(row[index], types[index], index, to: &buffer) else { return false }
    }
    return true
  }

  @inline(__always)
  private func writeBinary(
    _ value: Value, _ type: PostgresType?, _ index: Int, to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) -> Bool {
    switch (value, type) {
    case (.null, _): buffer.append(-1 as Int32)
    case (.int(let integer), .int8): buffer.appendField(integer)
    case (.int(let integer), .int4):
      guard let small = Int32(exactly: integer) else { return false }
      buffer.appendField(small)
    case (.int(let integer), .int2):
      guard let small = Int16(exactly: integer) else { return false }
      buffer.appendField(small)
    case (.text(let text), .text), (.text(let text), .limitedText):
      try Self.check(text, index)
      Self.append(text, to: &buffer)
    case (.double(let double), .float8): buffer.appendField(double.bitPattern)
    default: return try writeRarer(value, type, index, to: &buffer)
    }
    return true
  }

  private func writeRarer(
    _ value: Value, _ type: PostgresType?, _ index: Int, to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) -> Bool {
    switch (value, type) {
    case (.bool(let truth), .bool): buffer.appendField(UInt8(truth ? 1 : 0))
    case (.bytes(let bytes), .bytes): bytes.withUnsafeBytes { buffer.appendField($0) }
    case (.bytes(let bytes), .uuid) where bytes.count == 16:
      bytes.withUnsafeBytes { buffer.appendField($0) }
    case (.uuid(let uuid), .uuid), (.uuid(let uuid), .bytes):
      withUnsafeBytes(of: uuid.uuid) { buffer.appendField($0) }
    case (.timestamp(let moment), .timestamp), (.timestamp(let moment), .localTimestamp):
      buffer.appendField(moment.microseconds - PostgresEpoch.microseconds)
    case (.date(let date), .date):
      buffer.appendField(Int32(truncatingIfNeeded: date.daysSince1970) - PostgresEpoch.days)
    case (.json(let text), .json), (.text(let text), .json):
      try Self.check(text, index)
      Self.append(text, to: &buffer)
    case (.json(let text), .jsonb), (.text(let text), .jsonb):
      try Self.check(text, index)
      Self.append(text, to: &buffer, prefix: 1)
    case (.decimal(let decimal), .numeric): PostgresNumeric.append(decimal.description, to: &buffer)
    case (.int(let integer), .numeric): PostgresNumeric.append(String(integer), to: &buffer)
    case (.uint(let integer), .numeric): PostgresNumeric.append(String(integer), to: &buffer)
    default: return false
    }
    return true
  }

  private func writeText(
    _ row: [Value], to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) {
    for index in row.indices {
      if index > 0 { buffer.append(UInt8(ascii: "\t")) }
      try writeText(row[index], types[index], index, to: &buffer)
    }
    buffer.append(UInt8(ascii: "\n"))
  }

  private func writeText(
    _ value: Value, _ type: PostgresType?, _ index: Int, to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) {
    switch value {
    case .null: buffer.append("\\N")
    case .bool(let truth): buffer.append(truth ? "true" : "false")
    case .int(let integer): buffer.appendEscaped(String(integer))
    case .uint(let integer):
      guard type == .numeric || integer <= UInt64(Int64.max) else {
        throw .unsupported(
          "value \(index + 1) is an integer above Int64.max, which only a numeric column holds")
      }
      buffer.appendEscaped(String(integer))
    case .double(let double): buffer.appendEscaped(double.exactText)
    case .text(let text), .json(let text):
      try Self.check(text, index)
      buffer.appendEscaped(text)
    case .bytes(let bytes): try writeText(bytes, type, index, to: &buffer)
    case .uuid(let uuid) where type == .bytes:
      buffer.appendHex(withUnsafeBytes(of: uuid.uuid) { Array($0) })
    case .uuid(let uuid): buffer.appendEscaped(uuid.uuidString.lowercased())
    case .timestamp(let moment): buffer.appendEscaped(PostgresText.spelling(moment))
    case .date(let date): buffer.appendEscaped(PostgresText.spelling(date, as: type))
    case .decimal(let decimal): buffer.appendEscaped(decimal.description)
    }
  }

  private func writeText(
    _ bytes: [UInt8], _ type: PostgresType?, _ index: Int, to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) {
    switch type {
    case .bytes: buffer.appendHex(bytes)
    case .uuid where bytes.count == 16:
      let uuid = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
      buffer.appendEscaped(uuid.uuidString.lowercased())
    default: throw .unsupported("value \(index + 1) is bytes, and its column is not")
    }
  }

  private static func append(
    _ text: String, to buffer: inout PostgresCopyBuffer, prefix: UInt8? = nil
  ) {
    var text = text
    text.withUTF8 { buffer.appendField(UnsafeRawBufferPointer($0), prefix: prefix) }
  }

  private static func check(_ text: String, _ index: Int) throws(DatabaseError) {
    guard text.hasNUL else { return }
    throw .unsupported(
      "value \(index + 1) is text with a NUL in it, which PostgreSQL cannot hold; store it as bytes"
    )
  }
}

extension String {
  /// Whether a NUL is among the characters.
  @inline(__always)
  var hasNUL: Bool {
    var text = self
    return text.withUTF8 { utf8 in
      utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false
    }
  }
}
