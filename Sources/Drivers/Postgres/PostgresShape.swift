import CPostgres
import DriverAPI

/// The columns of a statement, and how their values are read.
final class PostgresShape: Sendable {
  static let none = PostgresShape(columns: [], types: [])

  let columns: ColumnList
  /// The type of each column; nil is read as text.
  let types: [PostgresType?]
  let count: Int
  /// Whether the rows can be asked for in binary: libpq knows one format for a whole row.
  let isBinary: Bool

  private init(columns: [Column], types: [PostgresType?]) {
    self.columns = ColumnList(columns)
    self.types = types
    count = types.count
    isBinary = types.allSatisfy { $0 != nil }
  }

  /// The columns of a result, with or without rows.
  static func of(_ result: OpaquePointer) -> PostgresShape {
    let count = PQnfields(result)
    if count == 0 { return none }
    var columns: [Column] = []
    var types: [PostgresType?] = []
    for index in 0..<count {
      let type = PostgresType(rawValue: PQftype(result, index))
      let name = PQfname(result, index).map { String(cString: $0) } ?? ""
      columns.append(Column(name: name, typeName: type?.sqlName))
      types.append(type)
    }
    return PostgresShape(columns: columns, types: types)
  }
}
