import CPostgres
import DriverAPI

/// The columns of a statement, and how their values are read.
final class PostgresShape: Sendable {
  static let none = PostgresShape(columns: [], types: [])

  let columns: ColumnList
  let count: Int
  /// The type of each column; nil is read as text.
  ///
  /// Plain memory: an array would be retained and released with each row. Nobody writes to it once
  /// the shape is made.
  nonisolated(unsafe) let types: UnsafePointer<PostgresType?>
  /// Whether the rows can be asked for in binary: libpq knows one format for a whole row.
  let isBinary: Bool

  private init(columns: [Column], types: [PostgresType?]) {
    self.columns = ColumnList(columns, folding: .lower)
    count = types.count
    isBinary = types.allSatisfy { $0 != nil }
    let memory = UnsafeMutablePointer<PostgresType?>.allocate(capacity: types.count)
    for (index, type) in types.enumerated() { (memory + index).initialize(to: type) }
    self.types = UnsafePointer(memory)
  }

  deinit {
    types.deallocate()
  }

  /// Whether both have columns of the same names and types, as far as the driver tells types apart.
  func hasSameTypes(as other: PostgresShape) -> Bool {
    columns.columns == other.columns.columns
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
