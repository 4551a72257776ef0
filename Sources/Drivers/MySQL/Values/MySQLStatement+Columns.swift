import CMariaDB
import DriverAPI
import Glibc

extension MySQLStatement {
  /// Takes over the server's description of the columns, if it is a new one. [STMT-1]
  ///
  /// What an execution describes lies in memory of the connection. The library copies the types to the
  /// statement, but not the names; and what MariaDB says beside the type, such as that a text is JSON,
  /// it says only when it prepares.
  func adoptColumns() {
    guard let handle else { return }
    let count = Int(handle.pointee.field_count)
    guard count > 0, let own = handle.pointee.fields else {
      if columns.count > 0 { adopt([], []) }
      return
    }
    let isExecuted = handle.pointee.state.rawValue >= MYSQL_STMT_EXECUTED.rawValue
    let sent = isExecuted ? handle.pointee.mysql.pointee.fields : nil
    let fields = UnsafeBufferPointer(start: own, count: count)
    // Where nothing was sent the description is that of the last time.
    let names = UnsafeBufferPointer(start: sent ?? own, count: count)
    if sent == own, columns.count == count { return }
    if !isKnown(fields, names) { adopt(fields.map(\.self), names.map(Self.name)) }
  }

  private func isKnown(
    _ fields: UnsafeBufferPointer<MYSQL_FIELD>, _ names: UnsafeBufferPointer<MYSQL_FIELD>
  ) -> Bool {
    guard fields.count == facts.count else { return false }
    for index in facts.indices {
      if !facts[index].describes(fields[index], named: names[index].name) { return false }
    }
    return true
  }

  private func adopt(_ fields: [MYSQL_FIELD], _ names: [String]) {
    forms = fields.map { MySQLColumnForm($0) }
    facts = zip(fields, names).map { MySQLColumnFacts($0, name: $1) }
    columns = ColumnList(
      zip(fields, names).map { Column(name: $1, typeName: MySQLTypeName.name(of: $0)) })
    let needsScratch = forms.contains { $0.needsScratch }
    scratch = needsScratch ? MySQLScratch(columnCount: fields.count) : nil
    decimals = fields.map { Int(min($0.decimals, 6)) }
  }

  private static func name(_ field: MYSQL_FIELD) -> String {
    guard let name = field.name else { return "" }
    return String(cString: name)
  }
}

/// What is compared at every execution, because a table may have changed: no text is made for it.
struct MySQLColumnFacts {
  private let type: enum_field_types
  private let flags: UInt32
  private let characterSet: UInt32
  private let decimals: UInt32
  private let name: [CChar]

  init(_ field: MYSQL_FIELD, name: String) {
    type = field.type
    flags = field.flags
    characterSet = field.charsetnr
    decimals = field.decimals
    self.name = Array(name.utf8CString)
  }

  @inline(__always)
  func describes(_ field: MYSQL_FIELD, named other: UnsafePointer<CChar>?) -> Bool {
    guard let other, field.type == type, field.flags == flags, field.charsetnr == characterSet,
      field.decimals == decimals
    else { return false }
    return name.withUnsafeBufferPointer { strcmp($0.baseAddress.unsafelyUnwrapped, other) == 0 }
  }
}

/// What the server calls the type of a column.
enum MySQLTypeName {
  static func name(of field: MYSQL_FIELD) -> String? {
    let isBinary = field.charsetnr == 63
    let name: String? =
      switch field.type {
      case MYSQL_TYPE_TINY: "tinyint"
      case MYSQL_TYPE_SHORT: "smallint"
      case MYSQL_TYPE_INT24: "mediumint"
      case MYSQL_TYPE_LONG: "int"
      case MYSQL_TYPE_LONGLONG: "bigint"
      case MYSQL_TYPE_FLOAT: "float"
      case MYSQL_TYPE_DOUBLE: "double"
      case MYSQL_TYPE_DECIMAL, MYSQL_TYPE_NEWDECIMAL: "decimal"
      case MYSQL_TYPE_BIT: "bit"
      case MYSQL_TYPE_YEAR: "year"
      case MYSQL_TYPE_DATE, MYSQL_TYPE_NEWDATE: "date"
      case MYSQL_TYPE_DATETIME: "datetime"
      case MYSQL_TYPE_TIMESTAMP: "timestamp"
      case MYSQL_TYPE_TIME: "time"
      case MYSQL_TYPE_JSON: "json"
      case MYSQL_TYPE_GEOMETRY: "geometry"
      case MYSQL_TYPE_VARCHAR, MYSQL_TYPE_VAR_STRING: isBinary ? "varbinary" : "varchar"
      case MYSQL_TYPE_STRING: isBinary ? "binary" : "char"
      case MYSQL_TYPE_TINY_BLOB, MYSQL_TYPE_BLOB, MYSQL_TYPE_MEDIUM_BLOB, MYSQL_TYPE_LONG_BLOB:
        isBinary ? "blob" : "text"
      case MYSQL_TYPE_ENUM: "enum"
      case MYSQL_TYPE_SET: "set"
      default: nil
      }
    let isUnsigned = field.flags & UInt32(UNSIGNED_FLAG) != 0 && !unsigned.contains(field.type)
    return name.map { isUnsigned ? $0 + " unsigned" : $0 }
  }

  /// Have no sign, and the server says so.
  private static let unsigned = [MYSQL_TYPE_YEAR, MYSQL_TYPE_BIT, MYSQL_TYPE_TIMESTAMP]
}
