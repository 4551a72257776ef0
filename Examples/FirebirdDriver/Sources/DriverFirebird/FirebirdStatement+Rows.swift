import CFirebird
import DriverAPI

extension FirebirdStatement {
  /// What stands in the blobs of the current row; empty for any other column.
  func readBlobs() throws(DatabaseError) -> [[UInt8]] {
    var blobs: [[UInt8]] = []
    for variable in outputs.variables {
      let isBlob = FirebirdType(variable) == .blob && variable.sqlind.pointee >= 0
      blobs.append(isBlob ? try session.readBlob(variable.value(ISC_QUAD.self)) : [])
    }
    return blobs
  }

  /// Appends the current row.
  func append(to page: RowPage, blobs: [[UInt8]]) throws(DatabaseError) {
    for (variable, blob) in zip(outputs.variables, blobs) {
      if variable.sqlind.pointee < 0 {
        page.append(.null)
      } else {
        try append(variable, blob, to: page)
      }
    }
  }

  private func append(
    _ variable: XSQLVAR, _ blob: [UInt8], to page: RowPage
  ) throws(DatabaseError) {
    let kind = variable.isBinary ? Cell.Kind.bytes : .text
    switch FirebirdType(variable) {
    case .text: page.append(kind, copying: variable.characters)
    case .varying:
      let count = Int(variable.value(UInt16.self))
      page.append(kind, copying: UnsafeRawBufferPointer(start: variable.sqldata + 2, count: count))
    case .integer: page.append(Cell(kind: .int, bits: variable.value(UInt64.self)))
    case .decimal: page.append(.decimal, text: variable.value(Int64.self).decimal(-variable.sqlscale))
    case .float, .double: page.append(Cell(kind: .double, bits: variable.value(UInt64.self)))
    case .bool: page.append(Cell(kind: .bool, bits: variable.value(UInt8.self) == 0 ? 0 : 1))
    case .blob: blob.withUnsafeBytes { page.append(kind, copying: $0) }
    case .timestamp:
      guard let moment = Timestamp(variable.value(ISC_TIMESTAMP.self)) else { throw Self.outside }
      page.append(Cell(kind: .timestamp, bits: UInt64(bitPattern: moment.microseconds)))
    case .date:
      let days = Int64(variable.value(ISC_DATE.self)) - Timestamp.firebirdEpoch
      guard CalendarDate(daysSince1970: days) != nil else { throw Self.outside }
      page.append(Cell(kind: .date, bits: UInt64(bitPattern: days)))
    case .time: page.append(text: variable.value(ISC_TIME.self).clock)
    case .other: throw .unsupported("the driver reads no arrays and nothing that has no type")
    }
  }

  private static let outside = DatabaseError(
    .dataOutOfRange, "a column holds a moment outside the years 0001 to 9999")
}

extension RowPage {
  fileprivate func append(_ kind: Cell.Kind = .text, text: String) {
    Array(text.utf8).withUnsafeBytes { append(kind, copying: $0) }
  }
}

extension XSQLVAR {
  /// The value of a column.
  func value<T: BitwiseCopyable>(_ type: T.Type) -> T {
    UnsafeRawPointer(sqldata).loadUnaligned(as: type)
  }

  /// A text of a fixed number of characters, for each of which there is room for the longest: what is
  /// behind the last of them is no part of it.
  var characters: UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(start: sqldata, count: Int(UInt16(bitPattern: sqllen)))
    let room = [3: 3, 4: 4][sqlsubtype & 0xff] ?? 1
    guard room > 1 else { return bytes }
    var (left, end) = (bytes.count / room, 0)
    while end < bytes.count {
      if bytes[end] & 0xC0 != 0x80 {
        if left == 0 { break }
        left -= 1
      }
      end += 1
    }
    return UnsafeRawBufferPointer(rebasing: bytes[..<end])
  }
}

extension ISC_TIME {
  /// A time of day to 100 µs.
  fileprivate var clock: String {
    let parts = [self / 36_000_000, self / 600_000 % 60, self / 10_000 % 60].map { "\($0 + 100)".dropFirst() }
    return parts.joined(separator: ":") + "." + "\(self % 10_000 + 10_000)".dropFirst()
  }
}

extension Int64 {
  /// With so many decimals.
  fileprivate func decimal(_ scale: Int16) -> String {
    ExactDecimal(unscaled: Int128(self), scale: Int(scale))?.description ?? "\(self)"
  }
}
