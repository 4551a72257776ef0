import CMariaDB
import DriverAPI

extension MySQLStatement {
  /// Takes over the server's description of the columns, if it is a new one.
  ///
  /// MariaDB sends it only when it differs from what the client knows; then the library has put it into
  /// memory of the connection, and copied the types, but not the names, to the statement. [STMT-1]
  func adoptColumns() {
    guard let handle else { return }
    let count = Int(handle.pointee.field_count)
    guard count > 0, let own = handle.pointee.fields else {
      if columns.count > 0 { adopt([], handle) }
      return
    }
    let isExecuted = handle.pointee.state.rawValue >= MYSQL_STMT_EXECUTED.rawValue
    let sent = isExecuted ? handle.pointee.mysql.pointee.fields : nil
    guard let sent, sent != own else {
      if columns.count != count {
        adopt(Array(UnsafeBufferPointer(start: own, count: count)), handle)
      }
      return
    }
    let fields = UnsafeBufferPointer(start: sent, count: count)
    if !isKnown(fields) { adopt(Array(fields), handle) }
  }

  private func isKnown(_ fields: UnsafeBufferPointer<MYSQL_FIELD>) -> Bool {
    guard fields.count == columns.count else { return false }
    return fields.indices.allSatisfy { index in
      forms[index] == MySQLColumnForm(fields[index])
        && columns.columns[index].name == Self.name(fields[index])
    }
  }

  private func adopt(_ fields: [MYSQL_FIELD], _ handle: UnsafeMutablePointer<MYSQL_STMT>) {
    forms = fields.map { MySQLColumnForm($0) }
    columns = ColumnList(
      fields.map { Column(name: Self.name($0), typeName: MySQLTypeName.name(of: $0)) })
    let needsScratch = forms.contains { $0.needsScratch }
    scratch = needsScratch ? MySQLScratch(columnCount: fields.count) : nil
    decimals = fields.map { Int(min($0.decimals, 6)) }
  }

  private static func name(_ field: MYSQL_FIELD) -> String {
    guard let name = field.name else { return "" }
    return String(cString: name)
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
    let isUnsigned =
      field.flags & UInt32(UNSIGNED_FLAG) != 0 && field.type != MYSQL_TYPE_YEAR
      && field.type != MYSQL_TYPE_BIT
    return name.map { isUnsigned ? $0 + " unsigned" : $0 }
  }
}
