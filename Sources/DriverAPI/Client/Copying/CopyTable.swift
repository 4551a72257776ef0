import FoundationEssentials

/// One table of a copy: its columns on both sides, and by what its rows are found.
struct CopyTable: Sendable {
  /// The name in the source, and the one in the target: they can differ in their letters' case.
  let source: String
  let target: String
  let columns: [CopyColumn]
  /// Which of the columns are the source's primary key, in its order; none where it has no such key.
  let key: [Int]

  /// Whether rows can be told apart, so that the copy can go on in the middle of the table.
  var hasKey: Bool { !key.isEmpty }

  /// What was found of columns, for a copy that goes on to see that they are the same as before.
  var layout: String {
    var hash = CopyHash()
    for column in columns {
      for word in [column.source, column.target, column.kind.rawValue] { hash.combine(word) }
    }
    for index in key { hash.combine(UInt64(index)) }
    return String(hash.state, radix: 16)
  }

  /// The source's rows behind those of a key, in the order of the key.
  ///
  /// - Parameter last: the key of the last row that is not wanted; nil for all rows.
  func reading(behind last: [Value]?, _ dialect: Dialect) throws(DatabaseError) -> SQL {
    var sql = try selection(columns.map(\.source), from: source, dialect)
    guard hasKey else { return sql }
    var names: [String] = []
    for index in key { names.append(try dialect.quoted(columns[index].source)) }
    if let last { sql = "\(sql) WHERE \(Self.isBehind(last, names))" }
    return "\(sql) ORDER BY \(raw: names.joined(separator: ", "))"
  }

  /// All rows of the target, in whatever order.
  func readingTarget(_ dialect: Dialect) throws(DatabaseError) -> SQL {
    try selection(columns.map(\.target), from: target, dialect)
  }

  /// The row of a key, on either side.
  func finding(
    _ values: [Value], inTarget isTarget: Bool, _ dialect: Dialect
  ) throws(DatabaseError) -> SQL {
    let names = columns.map { isTarget ? $0.target : $0.source }
    var sql = try selection(names, from: isTarget ? target : source, dialect)
    for (place, index) in key.enumerated() {
      let name = try dialect.quoted(names[index])
      sql = "\(sql) \(raw: place == 0 ? "WHERE" : "AND") \(raw: name) = \(values[place])"
    }
    return sql
  }

  private func selection(
    _ names: [String], from table: String, _ dialect: Dialect
  ) throws(DatabaseError) -> SQL {
    var quoted: [String] = []
    for name in names { quoted.append(try dialect.quoted(name)) }
    return SQL(raw: "SELECT \(quoted.joined(separator: ", ")) FROM \(try dialect.quoted(table))")
  }

  /// Written out, because few engines compare rows of values, and of those not all by an index.
  private static func isBehind(_ last: [Value], _ names: [String]) -> SQL {
    var condition: SQL = "\(raw: names[names.count - 1]) > \(last[names.count - 1])"
    for index in names.indices.dropLast().reversed() {
      let (name, value) = (names[index], last[index])
      condition = """
        \(raw: name) >= \(value) AND (\(raw: name) > \(value) OR (\(raw: name) = \(value) \
        AND \(condition)))
        """
    }
    return condition
  }

  /// The key of a row, as columns and values, for a person.
  func keyText(_ row: [Value]) -> String? {
    guard hasKey else { return nil }
    return key.map { "\(columns[$0].source) \(row[$0].copyText)" }.joined(separator: ", ")
  }
}

extension Value {
  /// The value as a person finds it again.
  var copyText: String {
    switch self {
    case .null: "NULL"
    case .bool(let truth): "\(truth)"
    case .int(let number): "\(number)"
    case .uint(let number): "\(number)"
    case .double(let number): number.exactText
    case .text(let text), .json(let text): text
    case .bytes(let bytes): "0x" + bytes.map { $0.hexadecimal }.joined()
    case .uuid(let uuid): uuid.uuidString.lowercased()
    case .timestamp(let moment): moment.description
    case .date(let date): date.description
    case .decimal(let decimal): decimal.description
    }
  }
}

extension UInt8 {
  fileprivate var hexadecimal: String {
    let text = String(self, radix: 16)
    return text.utf8.count == 1 ? "0" + text : text
  }
}

// MARK: - Rows as numbers

extension CopyTable {
  /// What a row is compared by.
  struct RowPrint: Sendable {
    /// Of the key; of the whole row where there is none.
    var key: UInt64
    /// Of all columns.
    var row: UInt64
  }

  /// The numbers of a row, the same on both sides if all of its values are.
  func print(of row: borrowing Row) throws(DatabaseError) -> RowPrint {
    var whole = CopyHash()
    for index in columns.indices { try columns[index].add(row, index, to: &whole) }
    guard hasKey else { return RowPrint(key: whole.state, row: whole.state) }
    var key = CopyHash()
    for index in self.key { try columns[index].add(row, index, to: &key) }
    return RowPrint(key: key.state, row: whole.state)
  }
}

extension CopyColumn {
  /// Adds a row's column to a hash; what is cheap to borrow is not copied for it.
  @inline(__always)
  fileprivate func add(
    _ row: borrowing Row, _ index: Int, to hash: inout CopyHash
  ) throws(DatabaseError) {
    let cell = try row.cell(index)
    switch (kind, cell.kind) {
    case (_, .null): hash.add(.null)
    case (.int, .int): hash.combine(4, cell.bits)
    case (.text, .text), (.text, .json), (.asIs, .text):
      hash.combine(7)
      hash.combine(cell.borrowedBytes)
    case (.bool, .bool), (.bool, .int): hash.combine(cell.bits <= 1 ? 2 + cell.bits : ~cell.bits)
    case (.timestamp, .timestamp): hash.combine(10, cell.bits)
    default: hash.add(try compared(row, index))
    }
  }

  /// The value as it is compared. One that this column's kind has no room for stands for itself: on the
  /// source's side it was refused, and on the target's it differs.
  func compared(_ row: borrowing Row, _ index: Int) throws(DatabaseError) -> Value {
    let cell = try row.cell(index)
    if cell.kind == .null { return .null }
    // A type that only the engine knows can come as text from one and as something else from the other.
    if kind == .other, cell.kind != .bytes { return .text(try row.writtenOut(index)) }
    do throws(DatabaseError) {
      let value = try value(row, index)
      guard kind == .decimal, case .text(let text) = value else { return value }
      return ExactDecimal(text.withoutZerosAtEnd).map { .decimal($0) }
        ?? .text(text.withoutZerosAtEnd)
    } catch {
      return try row.value(index)
    }
  }
}

extension String {
  /// A decimal's text without the zeros that end it behind the point.
  fileprivate var withoutZerosAtEnd: String {
    guard utf8.contains(UInt8(ascii: ".")) else { return self }
    var bytes = Array(utf8)
    while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    if bytes.last == UInt8(ascii: ".") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
