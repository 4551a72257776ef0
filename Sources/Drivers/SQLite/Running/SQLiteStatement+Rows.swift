import CSQLite
import DriverAPI

extension SQLiteStatement: DriverRows {
  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    if let first = firstStep {
      firstStep = nil
      if first == .row { fill(cells) }
      return first
    }
    stepsUntilPause -= 1
    if stepsUntilPause == 0 { return .wait }
    let result = sqlite3_step(handle)
    if result == SQLITE_ROW {
      fill(cells)
      return .row
    }
    if result == SQLITE_DONE { return .done }
    throw failure(result)
  }

  func wait() async throws(DatabaseError) {
    stepsUntilPause = Self.stepsPerSlice
    await Task.yield()
  }

  @inline(__always)
  func close() {
    firstStep = nil
    stepsUntilPause = Self.stepsPerSlice
    rewind()
  }

  /// Copies what the row holds, or where its bytes are, into the cells.
  ///
  /// `sqlite3_column_value` costs more than reading the value: it locks, checks and unlocks, for each
  /// column. A row's values are consecutive registers (the documentation of the ResultRow opcode),
  /// so with their distance measured and checked, once for each prepared statement, the first one
  /// leads to all. Streaming a row of four columns became a tenth faster.
  @inline(__always)
  private func fill(_ cells: UnsafeMutableBufferPointer<Cell>) {
    if valueStride == 0 {
      for index in 0..<columnCount { cells[index] = Self.cell(value(at: index)) }
      return
    }
    var address = UInt(bitPattern: sqlite3_column_value(handle, 0))
    for index in 0..<columnCount {
      cells[index] = Self.cell(OpaquePointer(bitPattern: address))
      address &+= UInt(bitPattern: valueStride)
    }
  }

  func value(at index: Int) -> OpaquePointer? {
    sqlite3_column_value(handle, Int32(truncatingIfNeeded: index))
  }

  /// Finds out how far the values of the current row lie apart. Stays 0 unless all distances are the
  /// same, and the row has two columns or more.
  func measureStride() {
    guard columnCount > 1 else { return }
    let addresses = (0..<columnCount).map { Int(bitPattern: value(at: $0)) }
    let distance = addresses[1] - addresses[0]
    let isRegular = zip(addresses, addresses.dropFirst()).allSatisfy { $1 - $0 == distance }
    if distance > 0, isRegular { valueStride = distance }
  }

  @inline(__always)
  static func cell(_ value: OpaquePointer?) -> Cell {
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER:
      return Cell(kind: .int, bits: UInt64(bitPattern: sqlite3_value_int64(value)))
    case SQLITE_FLOAT:
      return Cell(kind: .double, bits: sqlite3_value_double(value).bitPattern)
    case SQLITE_TEXT:
      // The pointer first: asking for the count first would measure another encoding.
      let bytes = UInt(bitPattern: sqlite3_value_text(value))
      return Cell(kind: .text, count: sqlite3_value_bytes(value), bits: UInt64(bytes))
    case SQLITE_BLOB:
      let bytes = UInt(bitPattern: sqlite3_value_blob(value))
      return Cell(kind: .bytes, count: sqlite3_value_bytes(value), bits: UInt64(bytes))
    default:
      return .null
    }
  }
}
