import FoundationEssentials

/// Some rows that a driver has copied out of its client library: the cells, and the bytes they lend.
///
/// For drivers whose library does not keep a row until the next one is asked for, or that fetch on
/// another thread than the one that reads. A page is filled, emptied row by row, and filled again.
/// Used by one task at a time.
public final class RowPage {
  private let columnCount: Int
  private var cells: [Cell] = []
  private var next = 0
  private var bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 16)
  /// How many bytes the rows of the page lend.
  public private(set) var byteCount = 0

  /// An empty page for rows of so many columns.
  public init(columnCount: Int) {
    self.columnCount = columnCount
  }

  deinit { bytes.deallocate() }

  /// How many complete rows have been appended since the page was empty.
  public var rowCount: Int { columnCount == 0 ? 0 : cells.count / columnCount }

  /// Whether the rows are worth handing over: enough of them to make up for a change of threads.
  public var isFull: Bool { rowCount >= 256 || byteCount >= 1 << 16 }

  /// Makes room for other rows. Pointers into the old ones are no longer valid.
  public func removeAll() {
    cells.removeAll(keepingCapacity: true)
    next = 0
    byteCount = 0
  }

  /// Appends the next column of a row: NULL, or something that is no address.
  public func append(_ cell: Cell) { cells.append(cell) }

  /// Appends the next column of a row, copying what it lends.
  public func append(_ kind: Cell.Kind, copying source: UnsafeRawBufferPointer) {
    reserve(source.count)
    if let address = source.baseAddress {
      bytes.baseAddress?.advanced(by: byteCount).copyMemory(
        from: address, byteCount: source.count)
    }
    appendBorrowed(kind, byteCount: source.count)
  }

  /// Appends the next column of a row: what the library gives as text. Instants and dates become
  /// numbers, UUIDs their bytes, the other kinds keep the text. So does what the kind has no room for: an
  /// instant or a date that the calendar does not have or that lies outside the years 0001 to 9999, and a UUID
  /// that is none. [TYPE-7]
  public func append(_ kind: Cell.Kind, text: UnsafeRawBufferPointer) {
    let utf8 = text.bindMemory(to: UInt8.self)
    let number: Int64?
    switch kind {
    case .timestamp: number = Timestamp(utf8: utf8)?.microseconds
    case .date: number = CalendarDate(utf8: utf8)?.daysSince1970
    case .uuid:
      guard let uuid = UUID(uuidString: String(decoding: utf8, as: UTF8.self)) else {
        return append(.text, copying: text)
      }
      return withUnsafeBytes(of: uuid.uuid) { append(kind, copying: $0) }
    default: return append(kind, copying: text)
    }
    guard let number else { return append(.text, copying: text) }
    append(Cell(kind: kind, bits: UInt64(bitPattern: number)))
  }

  /// Appends the next column of a row: text that is there as UTF-16. What is no valid text in it
  /// becomes U+FFFD.
  public func append(_ kind: Cell.Kind, utf16 units: UnsafeBufferPointer<UInt16>) {
    reserve(3 * units.count)
    var end = byteCount
    let room = bytes
    _ = transcode(
      units.makeIterator(), from: UTF16.self, to: UTF8.self, stoppingOnError: false
    ) { byte in
      room[end] = byte
      end += 1
    }
    appendBorrowed(kind, byteCount: end - byteCount)
  }

  /// Takes the next row off the page. For ``DriverRows/step(into:)``.
  ///
  /// - Returns: false if the page has no more rows.
  public func takeRow(into target: UnsafeMutableBufferPointer<Cell>) -> Bool {
    guard next < rowCount * columnCount else { return false }
    let base = UInt64(UInt(bitPattern: bytes.baseAddress))
    for column in 0..<columnCount {
      var cell = cells[next + column]
      // Until now an offset: the bytes move when the page grows.
      if cell.kind.isBorrowed { cell.bits += base }
      target[column] = cell
    }
    next += columnCount
    return true
  }

  /// The integer that the page begins with; nil if it begins with something else.
  var firstInteger: Int64? {
    cells.first.flatMap { $0.kind == .int ? Int64(bitPattern: $0.bits) : nil }
  }

  private func appendBorrowed(_ kind: Cell.Kind, byteCount count: Int) {
    cells.append(Cell(kind: kind, count: Int32(truncatingIfNeeded: count), bits: UInt64(byteCount)))
    byteCount += count
  }

  private func reserve(_ count: Int) {
    guard byteCount + count > bytes.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(byteCount + count, 2 * bytes.count), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<byteCount]))
    bytes.deallocate()
    bytes = larger
  }
}

extension Cell.Kind {
  /// Whether the bits are an address.
  fileprivate var isBorrowed: Bool {
    switch self {
    case .text, .bytes, .uuid, .decimal, .json, .untyped: true
    case .null, .bool, .int, .uint, .double, .timestamp, .date: false
    }
  }
}
