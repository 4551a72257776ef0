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
    case .timestamp, .localTimestamp: value.bigEndian(Int64.self).map { Self.timestamp($0) }
    case .date:
      value.bigEndian(Int32.self).map { Self.date(Int64($0) + Int64(PostgresEpoch.days)) }
    case .numeric: PostgresNumeric(value)?.cell(in: scratch.takeUnretainedValue())
    case .json: Cell(kind: .json, lending: value)
    case .jsonb: value.first == 1 ? Cell(kind: .json, lending: .init(rebasing: value[1...])) : nil
    default: Cell(kind: .text, lending: value)
    }
  }

  static func int(_ integer: Int64) -> Cell { Cell(kind: .int, bits: UInt64(bitPattern: integer)) }

  static func double(_ double: Double) -> Cell { Cell(kind: .double, bits: double.bitPattern) }

  static func date(_ days: Int64) -> Cell { Cell(kind: .date, bits: UInt64(bitPattern: days)) }

  /// Infinite instants stay beyond everything that a `Timestamp` holds, so decoding refuses them.
  private static func timestamp(_ since2000: Int64) -> Cell {
    let (moment, overflow) = since2000.addingReportingOverflow(PostgresEpoch.microseconds)
    return Cell(kind: .timestamp, bits: UInt64(bitPattern: overflow ? Int64.max : moment))
  }

  private func unreadable(_ column: Int) -> DatabaseError {
    let name = shape.takeUnretainedValue().columns.columns[column].name
    return DatabaseError(
      .decoding, "column \(column) \"\(name)\" does not hold what its type says",
      details: .init(column: name))
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
