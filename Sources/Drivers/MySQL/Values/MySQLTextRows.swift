import CMariaDB
import DriverAPI
import FoundationEssentials

/// The rows of a statement that the server does not prepare, such as `EXECUTE`: they come as texts,
/// and are held as a whole.
final class MySQLTextRows: DriverRows {
  let columns: ColumnList
  private let rows: UnsafeMutablePointer<MYSQL_RES>?
  private let forms: [MySQLColumnForm]

  /// Rows to be read and freed; nil if the statement answered with none.
  init(_ rows: UnsafeMutablePointer<MYSQL_RES>?) {
    self.rows = rows
    let count = rows.map { Int(mysql_num_fields($0)) } ?? 0
    let fields = UnsafeBufferPointer(
      start: rows.flatMap { mysql_fetch_fields($0) }, count: count)
    forms = fields.map { MySQLColumnForm($0) }
    columns = ColumnList(
      fields.map { field in
        Column(
          name: field.name.map { String(cString: $0) } ?? "",
          typeName: MySQLTypeName.name(of: field))
      })
  }

  deinit {
    if let rows { mysql_free_result(rows) }
  }

  func step(into cells: UnsafeMutableBufferPointer<Cell>) throws(DatabaseError) -> RowStep {
    guard let rows, let row = mysql_fetch_row(rows), let lengths = mysql_fetch_lengths(rows) else {
      return .done
    }
    for index in forms.indices {
      let bytes = row[index].map {
        UnsafeRawBufferPointer(start: $0, count: Int(lengths[index]))
      }
      cells[index] = bytes.map { Self.cell(forms[index], $0) } ?? .null
    }
    return .row
  }

  func wait() async throws(DatabaseError) {}

  func close() {}

  private static func cell(_ form: MySQLColumnForm, _ bytes: UnsafeRawBufferPointer) -> Cell {
    switch form {
    case .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64:
      let text = String(decoding: bytes, as: UTF8.self)
      if let number = Int64(text) { return Cell(kind: .int, bits: UInt64(bitPattern: number)) }
      return UInt64(text).map { Cell(kind: .uint, bits: $0) } ?? Cell(kind: .text, lending: bytes)
    case .float, .double:
      let number = Double(String(decoding: bytes, as: UTF8.self))
      return number.map { Cell(kind: .double, bits: $0.bitPattern) }
        ?? Cell(kind: .text, lending: bytes)
    case .bit:
      let number = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return Cell(kind: number > UInt64(Int64.max) ? .uint : .int, bits: number)
    case .bytes: return Cell(kind: .bytes, lending: bytes)
    case .untyped: return Cell(kind: .untyped, lending: bytes)
    case .json: return Cell(kind: .json, lending: bytes)
    case .decimal: return Cell(kind: .decimal, lending: bytes)
    case .text, .uuid, .date, .dateTime, .time, .null: return Cell(kind: .text, lending: bytes)
    }
  }
}

extension MySQLStatement {
  /// Runs a statement by its text and holds what it answers with.
  func queryText() async throws(DatabaseError) -> any DriverRows {
    try await connection.enter()
    let rows = await connection.storedRows(text.text)
    let failed = connection.result.pointee != 0 ? connection.failure() : nil
    await connection.leave()
    guard let failed else { return MySQLTextRows(rows) }
    if let rows { mysql_free_result(rows) }
    throw await explained(failed)
  }
}

extension MySQLConnection {
  /// The first rows of a statement, run by the text protocol; what else it answers is dropped.
  /// ``result`` tells whether it worked.
  fileprivate func storedRows(_ sql: String) async -> UnsafeMutablePointer<MYSQL_RES>? {
    await send(sql)
    guard result.pointee == 0 else { return nil }
    let rows = await storeRows()
    if rows == nil, handle.code != 0 { result.pointee = 1 }
    if mysql_more_results(handle.pointer) != 0 {
      await nextResult()
      await dropResults()
    }
    return rows
  }
}
