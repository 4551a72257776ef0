import CFirebird
import DriverAPI

extension FirebirdStatement {
  /// Copies a value in the form that loses nothing; the engine converts it to what it expects.
  func bind(_ value: Value, _ index: Int) throws(DatabaseError) {
    parameters.variables[index] = described[index]
    let type = described[index].type
    switch value {
    case .null: set([UInt8](), index, type, isNull: true)
    case .bool(let truth): set([UInt8(truth ? 1 : 0)], index, SQL_BOOLEAN)
    case .int(let integer): set([integer], index, SQL_INT64)
    case .double(let double): set([double], index, SQL_DOUBLE)
    case .bytes(let bytes): try set(bytes, index, type, characterSet: 1)
    case .timestamp(let moment) where type == SQL_TIMESTAMP:
      guard let value = moment.firebird else {
        throw .unsupported(
          "parameter \(index + 1) is an instant to the microsecond; TIMESTAMP keeps four decimals")
      }
      set([value], index, SQL_TIMESTAMP)
    case .date(let date) where type == SQL_TYPE_DATE || type == SQL_TIMESTAMP:
      set([ISC_DATE(date.daysSince1970 + Timestamp.firebirdEpoch)], index, SQL_TYPE_DATE)
    case .text, .json, .uuid, .decimal, .uint, .timestamp, .date:
      try set(Array((value.text ?? "").utf8), index, type, characterSet: 4)
    }
  }

  /// Text or bytes: in a blob if they belong into one, or are too long for anything else.
  private func set(
    _ bytes: [UInt8], _ index: Int, _ type: Int32, characterSet: Int16
  ) throws(DatabaseError) {
    if type == SQL_BLOB || bytes.count > 32_765 {
      return set([try session.makeBlob(bytes)], index, SQL_BLOB)
    }
    let count = [UInt8(truncatingIfNeeded: bytes.count), UInt8(bytes.count >> 8)]
    set(count + bytes, index, SQL_VARYING)
    parameters.variables[index].become(SQL_VARYING, bytes.count)
    parameters.variables[index].sqlsubtype = characterSet
  }

  private func set<T: BitwiseCopyable>(
    _ values: [T], _ index: Int, _ type: Int32, isNull: Bool = false
  ) {
    let variables = parameters.variables
    variables[index].become(
      type, isNull ? variables[index].length : values.count * MemoryLayout<T>.stride)
    if type == SQL_INT64, !isNull { variables[index].sqlscale = 0 }
    variables[index].put(memory.copy(values), memory.copy([ISC_SHORT(isNull ? -1 : 0)]))
  }

  /// Appends what a column holds.
  func append(_ column: XSQLVAR, to page: RowPage) throws(DatabaseError) {
    if column.sqlind.pointee < 0 { return page.append(.null) }
    func append(_ kind: Cell.Kind, _ number: Int64) {
      page.append(Cell(kind: kind, bits: UInt64(bitPattern: number)))
    }
    switch column.type {
    // The character set 1 is that of bytes.
    case SQL_VARYING:
      page.append(column.sqlsubtype & 0xff == 1 ? .bytes : .text, copying: column.characters)
    case SQL_INT64 where column.sqlscale == 0: append(.int, column.value(Int64.self))
    case SQL_INT64:
      let number = ExactDecimal(
        unscaled: Int128(column.value(Int64.self)), scale: -Int(column.sqlscale))
      page.append(.decimal, copying: number?.description ?? "")
    case SQL_DOUBLE: append(.double, column.value(Int64.self))
    case SQL_BOOLEAN: append(.bool, column.value(UInt8.self) == 0 ? 0 : 1)
    case SQL_BLOB:
      let bytes = try session.readBlob(column.value(ISC_QUAD.self))
      bytes.withUnsafeBytes { page.append(column.sqlsubtype == 1 ? .text : .bytes, copying: $0) }
    case SQL_TIMESTAMP:
      guard let moment = Timestamp(column.value(ISC_TIMESTAMP.self)) else { throw Self.outside }
      append(.timestamp, moment.microseconds)
    case SQL_TYPE_DATE:
      let days = Int64(column.value(ISC_DATE.self)) - Timestamp.firebirdEpoch
      guard CalendarDate(daysSince1970: days) != nil else { throw Self.outside }
      append(.date, days)
    case SQL_TYPE_TIME:
      let moment = Timestamp(microseconds: Int64(column.value(ISC_TIME.self)) * 100)
      page.append(.text, copying: String(moment?.description.dropFirst(11) ?? ""))
    default: throw .unsupported("the driver reads no arrays and nothing that has no type")
    }
  }

  private static let outside = DatabaseError(
    .dataOutOfRange, "a column holds a moment outside the years 0001 to 9999")
}

extension FirebirdSession {
  private static var maxSegment: Int { 65_535 }

  /// Stores a blob that belongs to the transaction until a row takes it. One that was not closed goes with
  /// the transaction.
  fileprivate func makeBlob(_ bytes: [UInt8]) throws(DatabaseError) -> ISC_QUAD {
    var (blob, id): (isc_blob_handle, ISC_QUAD) = (0, ISC_QUAD())
    try FirebirdStatus.check { isc_create_blob($0, &database, &transaction, &blob, &id) }
    for start in stride(from: 0, to: bytes.count, by: Self.maxSegment) {
      let part = bytes[start...].prefix(Self.maxSegment).map { CChar(bitPattern: $0) }
      try FirebirdStatus.check { isc_put_segment($0, &blob, UInt16(part.count), part) }
    }
    try FirebirdStatus.check { isc_close_blob($0, &blob) }
    return id
  }

  fileprivate func readBlob(_ id: ISC_QUAD) throws(DatabaseError) -> [UInt8] {
    var (blob, id): (isc_blob_handle, ISC_QUAD) = (0, id)
    try FirebirdStatus.check { isc_open_blob($0, &database, &transaction, &blob, &id) }
    defer { FirebirdStatus.attempt { isc_close_blob($0, &blob) } }
    var (bytes, length): ([UInt8], UInt16) = ([], 0)
    var part = [CChar](repeating: 0, count: Self.maxSegment)
    while try !FirebirdStatus.check(
      end: isc_segstr_eof,
      { isc_get_segment($0, &blob, &length, UInt16(Self.maxSegment), &part) })
    {
      bytes += part.prefix(Int(length)).map { UInt8(bitPattern: $0) }
    }
    return bytes
  }
}

extension RowPage {
  fileprivate func append(_ kind: Cell.Kind, copying text: String) {
    Array(text.utf8).withUnsafeBytes { append(kind, copying: $0) }
  }
}

extension Timestamp {
  /// 1970-01-01 in the days of Firebird, which counts from 1858-11-17.
  static let firebirdEpoch: Int64 = 40_587
  private static let unitsPerDay: Int64 = 864_000_000

  /// Days, and units of 100 µs; nil if it is finer than that.
  var firebird: ISC_TIMESTAMP? {
    let units = microseconds / 100 + Self.firebirdEpoch * Self.unitsPerDay
    guard microseconds % 100 == 0 else { return nil }
    let (days, rest) = units.quotientAndRemainder(dividingBy: Self.unitsPerDay)
    return ISC_TIMESTAMP(
      timestamp_date: ISC_DATE(rest < 0 ? days - 1 : days),
      timestamp_time: ISC_TIME(rest < 0 ? rest + Self.unitsPerDay : rest))
  }

  init?(_ firebird: ISC_TIMESTAMP) {
    let days = Int64(firebird.timestamp_date) - Self.firebirdEpoch
    self.init(microseconds: (days * Self.unitsPerDay + Int64(firebird.timestamp_time)) * 100)
  }
}
