import CFirebird
import DriverAPI

extension FirebirdStatement {
  /// Copies the values, each in the form that loses nothing; the engine converts it to what it expects.
  func bind(_ values: [Value]) throws(DatabaseError) {
    for (index, value) in values.enumerated() {
      parameters.variables[index] = described[index]
      try bind(value, index)
    }
  }

  private func bind(_ value: Value, _ index: Int) throws(DatabaseError) {
    let type = FirebirdType(parameters.variables[index])
    switch value {
    case .null: set([UInt8](), index, isNull: true)
    case .bool(let truth): set([UInt8(truth ? 1 : 0)], index, SQL_BOOLEAN)
    case .int(let integer): set([integer], index, SQL_INT64)
    case .double(let double): set([double], index, SQL_DOUBLE)
    case .bytes(let bytes): try set(bytes, index, type, characters: 1)
    case .timestamp(let moment) where type == .timestamp:
      guard let value = moment.firebird else {
        throw .unsupported(
          "parameter \(index + 1) is an instant to the microsecond; TIMESTAMP keeps four decimals")
      }
      set([value], index, SQL_TIMESTAMP)
    case .date(let date) where type == .date || type == .timestamp:
      set([ISC_DATE(date.daysSince1970 + Timestamp.firebirdEpoch)], index, SQL_TYPE_DATE)
    case .text, .json, .uuid, .decimal, .uint, .timestamp, .date:
      try set(Array((value.text ?? "").utf8), index, type, characters: 4)
    }
  }

  /// Text or bytes: in a blob if they belong into one, or are too long for anything else.
  private func set(
    _ bytes: [UInt8], _ index: Int, _ type: FirebirdType, characters: Int16
  ) throws(DatabaseError) {
    if type == .blob || bytes.count > Self.maxShort {
      return set([try session.makeBlob(bytes)], index, SQL_BLOB)
    }
    let length = UInt16(bytes.count)
    let value = [UInt8(truncatingIfNeeded: length), UInt8(length >> 8)] + bytes
    set(value, index, SQL_VARYING, length: bytes.count, characters: characters)
  }

  private func set<T: BitwiseCopyable>(
    _ values: [T], _ index: Int, _ type: Int32? = nil, length: Int? = nil, characters: Int16? = nil,
    isNull: Bool = false
  ) {
    let variables = parameters.variables
    if let type {
      variables[index].become(
        type, length: length ?? values.count * MemoryLayout<T>.stride, characters: characters)
      if type != SQL_VARYING, type != SQL_BLOB { variables[index].sqlscale = 0 }
    } else {
      variables[index].sqltype |= 1
    }
    variables[index].sqldata = memory.copy(values).assumingMemoryBound(to: CChar.self)
    variables[index].sqlind = memory.copy([ISC_SHORT(isNull ? -1 : 0)])
      .assumingMemoryBound(to: ISC_SHORT.self)
  }

  // The most bytes of a text that is no blob.
  private static let maxShort = 32_765
}

extension FirebirdSession {
  /// Stores a blob that belongs to the transaction until a row takes it.
  func makeBlob(_ bytes: [UInt8]) throws(DatabaseError) -> ISC_QUAD {
    var (blob, id): (isc_blob_handle, ISC_QUAD) = (0, ISC_QUAD())
    try FirebirdStatus.check { isc_create_blob($0, &database, &transaction, &blob, &id) }
    do throws(DatabaseError) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = rest.prefix(Self.maxSegment).map { CChar(bitPattern: $0) }
        try FirebirdStatus.check { isc_put_segment($0, &blob, UInt16(part.count), part) }
        rest = rest.dropFirst(part.count)
      }
      try FirebirdStatus.check { isc_close_blob($0, &blob) }
    } catch {
      FirebirdStatus.attempt { isc_cancel_blob($0, &blob) }
      throw error
    }
    return id
  }

  func readBlob(_ id: ISC_QUAD) throws(DatabaseError) -> [UInt8] {
    var (blob, id): (isc_blob_handle, ISC_QUAD) = (0, id)
    try FirebirdStatus.check { isc_open_blob($0, &database, &transaction, &blob, &id) }
    defer { FirebirdStatus.attempt { isc_close_blob($0, &blob) } }
    var (bytes, part): ([UInt8], [CChar]) = ([], [CChar](repeating: 0, count: Self.maxSegment))
    while true {
      var length: UInt16 = 0
      let code = try FirebirdStatus.check(passing: [isc_segment, isc_segstr_eof]) {
        isc_get_segment($0, &blob, &length, UInt16(part.count), &part)
      }
      if code == isc_segstr_eof { return bytes }
      bytes += part.prefix(Int(length)).map { UInt8(bitPattern: $0) }
    }
  }

  private static var maxSegment: Int { 32_768 }
}

extension Timestamp {
  /// 1970-01-01 in the days of Firebird, which counts from 1858-11-17.
  static let firebirdEpoch: Int64 = 40_587

  /// Days, and parts of 100 µs; nil if it is finer than that.
  var firebird: ISC_TIMESTAMP? {
    guard microseconds % 100 == 0 else { return nil }
    let (day, part) = Self.parts(of: microseconds / 100)
    return ISC_TIMESTAMP(
      timestamp_date: ISC_DATE(day + Self.firebirdEpoch), timestamp_time: ISC_TIME(part))
  }

  init?(_ firebird: ISC_TIMESTAMP) {
    let days = Int64(firebird.timestamp_date) - Self.firebirdEpoch
    self.init(microseconds: days * 86_400_000_000 + Int64(firebird.timestamp_time) * 100)
  }

  private static func parts(of units: Int64) -> (Int64, Int64) {
    let (days, rest) = units.quotientAndRemainder(dividingBy: 864_000_000)
    return rest < 0 ? (days - 1, rest + 864_000_000) : (days, rest)
  }
}
