import DriverAPI
import FoundationEssentials

/// The memory behind cells that were made from values.
struct LentValues {
  private var blocks: [UnsafeMutableRawBufferPointer] = []

  /// A cell for a value; what it lends stays until ``free()``.
  mutating func cell(_ value: Value) -> Cell {
    switch value {
    case .null: .null
    case .bool(let truth): Cell(kind: .bool, bits: truth ? 1 : 0)
    case .int(let integer): Cell(kind: .int, bits: UInt64(bitPattern: integer))
    case .uint(let integer): Cell(kind: .uint, bits: integer)
    case .double(let double): Cell(kind: .double, bits: double.bitPattern)
    case .text(let text), .json(let text): lend(Array(text.utf8), .text)
    case .bytes(let bytes): lend(bytes, .bytes)
    case .uuid(let uuid): lend(Array("\(uuid)".utf8), .text)
    case .timestamp(let instant): lend(Array("\(instant)".utf8), .text)
    case .date(let date): lend(Array("\(date)".utf8), .text)
    case .decimal(let decimal): lend(Array("\(decimal)".utf8), .decimal)
    }
  }

  mutating func free() {
    for block in blocks { block.deallocate() }
    blocks.removeAll()
  }

  private mutating func lend(_ bytes: [UInt8], _ kind: Cell.Kind) -> Cell {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count + 1, alignment: 1)
    block.copyBytes(from: bytes)
    blocks.append(block)
    return Cell(kind: kind, lending: UnsafeRawBufferPointer(rebasing: block[..<bytes.count]))
  }

  /// All rows of a result, up to a limit.
  static func readAll(
    _ rows: any DriverRows, limit: Int
  ) async throws(DatabaseError) -> [[Value]] {
    let cells = UnsafeMutableBufferPointer<Cell>.allocate(capacity: max(1, rows.columns.count))
    defer { cells.deallocate() }
    var all: [[Value]] = []
    while all.count < limit {
      switch try rows.step(into: cells) {
      case .row: all.append((0..<rows.columns.count).map { Value(cells[$0]) })
      case .wait: try await rows.wait()
      case .done: return all
      }
    }
    return all
  }
}

extension Value {
  /// A copy of what a cell holds.
  init(_ cell: Cell) {
    let start = UnsafeRawPointer(bitPattern: UInt(cell.bits))
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(cell.count))
    switch cell.kind {
    case .null: self = .null
    case .bool: self = .bool(cell.bits != 0)
    case .int: self = .int(Int64(bitPattern: cell.bits))
    case .uint: self = .uint(cell.bits)
    case .double: self = .double(Double(bitPattern: cell.bits))
    case .text: self = .text(String(decoding: bytes, as: UTF8.self))
    case .bytes, .untyped: self = .bytes(Array(bytes))
    case .json: self = .json(String(decoding: bytes, as: UTF8.self))
    case .uuid: self = .uuid(UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)))
    case .decimal:
      self =
        ExactDecimal(String(decoding: bytes, as: UTF8.self)).map(Value.decimal)
        ?? .text(String(decoding: bytes, as: UTF8.self))
    case .timestamp:
      self = Timestamp(microseconds: Int64(bitPattern: cell.bits)).map(Value.timestamp) ?? .null
    case .date:
      self = CalendarDate(daysSince1970: Int64(bitPattern: cell.bits)).map(Value.date) ?? .null
    }
  }
}
