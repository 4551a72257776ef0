import CPostgres
import DriverAPI

/// Turns the rows of results into cells: numbers are copied, everything else is lent.
///
/// Whoever has it keeps the shape and the scratch alive: retaining and releasing them would cost a row
/// more than reading two columns.
struct PostgresRowReader {
  let shape: Unmanaged<PostgresShape>
  let scratch: Unmanaged<PostgresScratch>
  let isBinary: Bool

  init(_ shape: PostgresShape, isBinary: Bool, scratch: PostgresScratch) {
    self.shape = .passUnretained(shape)
    self.scratch = .passUnretained(scratch)
    self.isBinary = isBinary
  }

  /// Fills in one row. What is lent stays until the result is cleared, or the next row is read.
  ///
  /// - Throws: `decoding` for a value that is not what its type says.
  @inline(__always)
  func read(
    _ result: OpaquePointer, row: Int32, into cells: UnsafeMutableBufferPointer<Cell>
  ) throws(DatabaseError) {
    scratch._withUnsafeGuaranteedRef { $0.rewind() }
    let (count, types) = shape._withUnsafeGuaranteedRef { ($0.count, $0.types) }
    for column in 0..<count {
      let index = Int32(truncatingIfNeeded: column)
      let length = Int(PQgetlength(result, row, index))
      if length == 0, PQgetisnull(result, row, index) != 0 {
        cells[column] = .null
        continue
      }
      let value = UnsafeRawBufferPointer(start: PQgetvalue(result, row, index), count: length)
      let type = types[column]
      guard let cell = isBinary ? binary(value, type) : text(value, type) else {
        throw unreadable(column)
      }
      cells[column] = cell
    }
  }

  @inline(__always)
  private func binary(_ value: UnsafeRawBufferPointer, _ type: PostgresType?) -> Cell? {
    switch type {
    case .int8: value.bigEndian(Int64.self).map { Self.int($0) }
    case .text, .limitedText: Cell(kind: .text, lending: value)
    case .int4: value.bigEndian(Int32.self).map { Self.int(Int64($0)) }
    case .float8: value.bigEndian(UInt64.self).map { Cell(kind: .double, bits: $0) }
    default: rarer(value, type)
    }
  }

  private func rarer(_ value: UnsafeRawBufferPointer, _ type: PostgresType?) -> Cell? {
    switch type {
    case .bool: value.bigEndian(UInt8.self).map { Cell(kind: .bool, bits: $0 == 0 ? 0 : 1) }
    case .int2: value.bigEndian(Int16.self).map { Self.int(Int64($0)) }
    case .oid: value.bigEndian(UInt32.self).map { Self.int(Int64($0)) }
    case .float4: value.bigEndian(UInt32.self).map { Self.double(Double(Float(bitPattern: $0))) }
    case .bytes: Cell(kind: .bytes, lending: value)
    case .uuid: value.count == 16 ? Cell(kind: .uuid, lending: value) : nil
    case .timestamp: value.bigEndian(Int64.self).map { timestamp($0, zone: "+00") }
    case .localTimestamp: value.bigEndian(Int64.self).map { timestamp($0, zone: "") }
    case .date: value.bigEndian(Int32.self).map { date($0) }
    case .numeric: PostgresNumeric(value)?.cell(in: scratch.takeUnretainedValue())
    case .json: Cell(kind: .json, lending: value)
    case .jsonb: value.first == 1 ? Cell(kind: .json, lending: .init(rebasing: value[1...])) : nil
    default: Cell(kind: .text, lending: value)
    }
  }

  static func int(_ integer: Int64) -> Cell { Cell(kind: .int, bits: UInt64(bitPattern: integer)) }

  static func double(_ double: Double) -> Cell { Cell(kind: .double, bits: double.bitPattern) }

  private func date(_ since2000: Int32) -> Cell {
    let days = Int64(since2000) + Int64(PostgresEpoch.days)
    if PostgresEpoch.knownDays.contains(days) {
      return Cell(kind: .date, bits: UInt64(bitPattern: days))
    }
    switch since2000 {
    case .max: return text("infinity")
    case .min: return text("-infinity")
    default: return text(ExtendedCalendar.text(days: days))
    }
  }

  private func timestamp(_ since2000: Int64, zone: String) -> Cell {
    let (moment, overflow) = since2000.addingReportingOverflow(PostgresEpoch.microseconds)
    if !overflow, PostgresEpoch.knownMicroseconds.contains(moment) {
      return Cell(kind: .timestamp, bits: UInt64(bitPattern: moment))
    }
    switch since2000 {
    case .max: return text("infinity")
    case .min: return text("-infinity")
    default: return text(ExtendedCalendar.shortText(microseconds: moment, zone: zone))
    }
  }

  /// What a cell of the column's own kind has no room for, as the server writes it. [TYPE-7]
  private func text(_ text: String) -> Cell {
    let utf8 = text.utf8
    let room = scratch.takeUnretainedValue().take(utf8.count)
    _ = room.initialize(from: utf8)
    return Cell(kind: .text, lending: UnsafeRawBufferPointer(room))
  }

  private func unreadable(_ column: Int) -> DatabaseError {
    let column = shape.takeUnretainedValue().columns.columns[column]
    let type = column.typeName ?? "its type"
    return DatabaseError(
      .decoding,
      "the column \"\(column.name)\" does not hold what \(type) says"
        + (isBinary ? "" : "; the session's DateStyle must be ISO"),
      details: .init(column: column.name))
  }
}

extension UnsafeRawBufferPointer {
  /// The whole as one number in network order; nil if it has another size.
  @inline(__always)
  func bigEndian<T: FixedWidthInteger>(_ type: T.Type) -> T? {
    guard count == MemoryLayout<T>.size else { return nil }
    return T(bigEndian: loadUnaligned(as: T.self))
  }
}
