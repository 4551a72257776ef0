/// The current row of a result, borrowed.
///
/// It costs nothing to make and cannot be kept: the compiler refuses a row, or bytes borrowed from
/// it, past the next step. Copy what should stay with ``decode(_:as:)``. [ROW-2]
public struct Row: ~Copyable, ~Escapable {
  @usableFromInline let cells: UnsafePointer<Cell>
  /// How many columns there are.
  public let count: Int
  // Unmanaged, because retaining and releasing per row would cost more than reading a column; the
  // rows object that lends this row keeps the list alive.
  @usableFromInline let columnList: Unmanaged<ColumnList>

  @inlinable
  @_lifetime(immortal)
  init(unsafeCells: UnsafePointer<Cell>, count: Int, columns: Unmanaged<ColumnList>) {
    self.cells = unsafeCells
    self.count = count
    self.columnList = columns
  }

  /// The columns of the result.
  public var columns: ColumnList { columnList.takeUnretainedValue() }

  /// Whether the column holds NULL.
  ///
  /// - Throws: `decoding` if there is no such column.
  @inlinable public func isNull(_ index: Int) throws(DatabaseError) -> Bool {
    try cell(index).kind == .null
  }

  /// The bytes of a text or JSON column, as UTF-8 and without a copy.
  ///
  /// - Throws: `decoding` if the column holds something else.
  @inlinable
  @_lifetime(borrow self)
  public func utf8(_ index: Int) throws(DatabaseError) -> Span<UInt8> {
    let cell = try cell(index)
    guard cell.kind == .text || cell.kind == .json else { throw mismatch(index, "UTF-8 text") }
    return _overrideLifetime(Span(_unsafeElements: cell.borrowedBytes), borrowing: self)
  }

  /// The bytes of a bytes or text column, without a copy.
  ///
  /// - Throws: `decoding` if the column holds something else.
  @inlinable
  @_lifetime(borrow self)
  public func bytes(_ index: Int) throws(DatabaseError) -> Span<UInt8> {
    let cell = try cell(index)
    switch cell.kind {
    case .bytes, .text, .json, .untyped: break
    default: throw mismatch(index, "bytes")
    }
    return _overrideLifetime(Span(_unsafeElements: cell.borrowedBytes), borrowing: self)
  }

  /// The cell of a column.
  ///
  /// - Throws: `decoding` if there is no such column.
  @inlinable
  func cell(_ index: Int) throws(DatabaseError) -> Cell {
    guard UInt(bitPattern: index) < UInt(bitPattern: count) else { throw outOfRange(index) }
    return cells[index]
  }
}

extension Row {
  /// A column copied into a Swift type.
  ///
  /// - Throws: `decoding`, which names the column, what was asked and what was there; the rows stay
  ///   usable. [ROW-1]
  @inlinable
  public func decode<T: ColumnDecodable>(
    _ index: Int, as type: T.Type = T.self
  ) throws(DatabaseError) -> T {
    try T(from: self, at: index)
  }

  /// The first column of that name copied into a Swift type.
  ///
  /// Looks the name up in every row; read by position where it matters.
  ///
  /// - Throws: `decoding` if there is no such column, or as ``decode(_:as:)-(Int,_)``.
  public func decode<T: ColumnDecodable>(
    _ name: String, as type: T.Type = T.self
  ) throws(DatabaseError) -> T {
    guard let index = columns.index(of: name) else { throw unknownColumn(name) }
    return try T(from: self, at: index)
  }

  /// The row's leading columns copied into a tuple.
  ///
  /// - Throws: as ``decode(_:as:)-(Int,_)``.
  @inlinable
  public func decode<each T: ColumnDecodable>(
    as type: (repeat each T).Type = (repeat each T).self
  ) throws(DatabaseError) -> (repeat each T) {
    var index = 0
    return (repeat try decodeNext(&index, as: (each T).self))
  }

  @inlinable
  @inline(__always)
  func decodeNext<T: ColumnDecodable>(
    _ index: inout Int, as type: T.Type
  ) throws(DatabaseError) -> T {
    defer { index += 1 }
    return try T(from: self, at: index)
  }

  /// The column as a value of whatever kind it has.
  public func value(_ index: Int) throws(DatabaseError) -> Value {
    try Value(from: self, at: index)
  }

  /// All columns as values.
  public func values() throws(DatabaseError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try value(index)) }
    return values
  }
}

extension Row {
  /// The error for a column that holds something else than was asked for.
  ///
  /// For ``ColumnDecodable`` conformances; names the column, never its contents. [ERR-3]
  public func mismatch(_ index: Int, _ asked: String) -> DatabaseError {
    guard index >= 0, index < count else { return outOfRange(index) }
    let column = columns.columns[index]
    let type = column.typeName.map { " in a column of type \($0)" } ?? ""
    return DatabaseError(
      .decoding,
      "column \(index) \"\(column.name)\": asked for \(asked), found \(found(index))\(type)",
      details: .init(column: column.name))
  }

  @usableFromInline
  func outOfRange(_ index: Int) -> DatabaseError {
    DatabaseError(.decoding, "column \(index) asked for, but the row has \(count) columns")
  }

  private func unknownColumn(_ name: String) -> DatabaseError {
    let known = columns.names.joined(separator: ", ")
    return DatabaseError(.decoding, "no column \"\(name)\"; the row has \(known)")
  }

  private func found(_ index: Int) -> String {
    let cell = cells[index]
    return switch cell.kind {
    case .null: "NULL"
    case .text where cell.copiedText == nil:
      "\(cell.count) bytes that are not UTF-8; ask for Value, or borrow bytes(_:)"
    case .text, .bytes, .json, .decimal, .untyped: "\(cell.kind) of \(cell.count) bytes"
    case .int, .uint: "\(cell.kind) that may not fit"
    case .timestamp where Timestamp(microseconds: Int64(bitPattern: cell.bits)) == nil,
      .date where CalendarDate(daysSince1970: Int64(bitPattern: cell.bits)) == nil:
      "one outside the years 0001 to 9999; ask for String or Value"
    default: "\(cell.kind)"
    }
  }
}
