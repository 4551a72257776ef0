import CODBC
import DriverAPI

extension ODBCStatement {
  func columns() throws(DatabaseError) -> ColumnList {
    // Nobody may ask then.
    if hasNoRows { return ColumnList([]) }
    var (count, columns) = (SQLSMALLINT(0), [Column]())
    try handle.check(SQLNumResultCols(handle.raw, &count))
    kinds = []
    for number in 0..<max(0, count) { columns.append(try column(SQLUSMALLINT(number + 1))) }
    return ColumnList(columns)
  }

  func fetchRow(into page: RowPage) throws(DatabaseError) -> Bool {
    if hasNoRows { return false }
    if try interruptible({ SQLFetch(handle.raw) }) == SQL_NO_DATA {
      try passOtherResults()
      return false
    }
    for (index, kind) in kinds.enumerated() {
      let column = SQLUSMALLINT(index + 1)
      switch kind {
      case .bool: page.append(try number(column, kind, SQL_C_BIT))
      case .int: page.append(try number(column, kind, SQL_C_SBIGINT))
      case .uint:
        let cell = try number(column, kind, SQL_C_UBIGINT)
        page.append(cell.bits > Int64.max ? cell : Cell(kind: .int, bits: cell.bits))
      case .double: page.append(try number(column, kind, SQL_C_DOUBLE))
      default: try readLong(column, kind, into: page)
      }
    }
    return true
  }

  /// What a procedure does behind its rows comes as further results, and so does its failure. [QUERY-9]
  func passOtherResults() throws(DatabaseError) {
    guard mayHaveSeveralResults else { return }
    while try interruptible({ SQLMoreResults(handle.raw) }) != SQL_NO_DATA {}
  }

  /// Describes a column, and decides as what it is fetched.
  private func column(_ number: SQLUSMALLINT) throws(DatabaseError) -> Column {
    var (units, type) = ([SQLWCHAR](repeating: 0, count: 512), SQLSMALLINT(0))
    var bytes = [SQLCHAR](repeating: 0, count: 512)
    let isWide = session.product.isWide
    try handle.check(
      isWide
        ? SQLDescribeColW(handle.raw, number, &units, 512, nil, &type, nil, nil, nil)
        : SQLDescribeCol(handle.raw, number, &bytes, 512, nil, &type, nil, nil, nil))
    let isUnsigned = session.product.hasUnsigned && Int32(type) == SQL_BIGINT && isUnsigned(number)
    kinds.append(isUnsigned ? .uint : Cell.Kind(odbcType: Int32(type)))
    let name =
      isWide ? String(units: units) : String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    return Column(name: name, typeName: nil)
  }

  private func isUnsigned(_ number: SQLUSMALLINT) -> Bool {
    var answer = SQLLEN(0)
    SQLColAttributeW(
      handle.raw, number, SQLUSMALLINT(SQL_DESC_UNSIGNED), nil, 0, nil, &answer)
    return answer == SQLLEN(SQL_TRUE)
  }

  /// A value of eight bytes, or of one, which on a little-endian machine is the first of them.
  private func number(
    _ column: SQLUSMALLINT, _ kind: Cell.Kind, _ type: Int32
  ) throws(DatabaseError) -> Cell {
    var (bits, length) = (UInt64(0), SQLLEN(0))
    try handle.check(SQLGetData(handle.raw, column, SQLSMALLINT(type), &bits, 8, &length))
    return length == SQL_NULL_DATA ? .null : Cell(kind: kind, bits: bits)
  }

  /// Reads a value of any length, in parts.
  private func readLong(
    _ column: SQLUSMALLINT, _ kind: Cell.Kind, into page: RowPage
  ) throws(DatabaseError) {
    let isWide = kind == .text && session.product.hasWideValues
    let type = kind == .bytes ? SQL_C_BINARY : isWide ? SQL_C_WCHAR : SQL_C_CHAR
    let terminator = kind == .bytes ? 0 : isWide ? 2 : 1
    var (whole, part, length) = ([UInt8](), [UInt8](repeating: 0, count: 8192), SQLLEN(0))
    var isLast = false
    while !isLast {
      let code = SQLGetData(handle.raw, column, SQLSMALLINT(type), &part, part.count, &length)
      if code == SQL_NO_DATA { break }
      try handle.check(code)
      if length == SQL_NULL_DATA { return page.append(.null) }
      isLast = length != SQL_NO_TOTAL && length <= part.count - terminator
      whole += part.prefix(isLast ? length : part.count - terminator)
    }
    whole.withUnsafeBufferPointer { buffer in
      let bytes = UnsafeRawBufferPointer(buffer)
      if isWide { return page.append(kind, utf16: bytes.bindMemory(to: UInt16.self)) }
      page.append(kind, text: bytes)
    }
  }
}

extension Cell.Kind {
  fileprivate init(odbcType type: Int32) {
    switch type {
    case SQL_BIT: self = .bool
    case SQL_TINYINT, SQL_SMALLINT, SQL_INTEGER, SQL_BIGINT: self = .int
    case SQL_REAL, SQL_FLOAT, SQL_DOUBLE: self = .double
    case SQL_DECIMAL, SQL_NUMERIC: self = .decimal
    case SQL_BINARY, SQL_VARBINARY, SQL_LONGVARBINARY: self = .bytes
    case SQL_TYPE_TIMESTAMP: self = .timestamp
    case SQL_TYPE_DATE: self = .date
    case SQL_GUID: self = .uuid
    default: self = .text
    }
  }
}
