import CSQLite
import DriverAPI

extension SQLiteConnection {
  /// All rows of a statement of the driver's own, as texts. For small answers about the schema.
  func texts(
    _ sql: String, _ parameters: [String] = []
  ) throws(DatabaseError) -> [[String?]] {
    var statement: OpaquePointer?
    let prepared = sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    defer { sqlite3_finalize(statement) }
    guard prepared == SQLITE_OK, let statement else { throw error(prepared) }
    for (index, parameter) in parameters.enumerated() {
      let bytes = Array(parameter.utf8CString)
      dovetail_bind_text(statement, Int32(index + 1), bytes, UInt64(bytes.count - 1))
    }
    var rows: [[String?]] = []
    while true {
      let result = sqlite3_step(statement)
      if result == SQLITE_DONE { return rows }
      guard result == SQLITE_ROW else { throw error(result) }
      rows.append(
        (0..<sqlite3_column_count(statement)).map { column in
          sqlite3_column_text(statement, column).map { String(cString: $0) }
        })
    }
  }

  /// Another one after each change of the schema, whoever made it.
  func schemaVersion() throws(DatabaseError) -> String? {
    try texts("PRAGMA schema_version").first?[0]
  }

  /// Lets the library see what others have changed in the schema: it looks when a statement reads.
  func readSchema() throws(DatabaseError) {
    _ = try texts("SELECT 1 FROM sqlite_schema LIMIT 1")
  }

  /// Whether a table, view, index or trigger of that name exists in any attached database.
  func hasObject(named name: String) throws(DatabaseError) -> Bool {
    for schema in try texts("SELECT name FROM pragma_database_list") {
      guard let schema = schema[0] else { continue }
      let table = schema == "temp" ? "sqlite_temp_schema" : "\"\(schema)\".sqlite_schema"
      let found = try text("SELECT 1 FROM \(table) WHERE name = ?1 COLLATE NOCASE", name)
      if found != nil { return true }
    }
    return name.lowercased().hasPrefix("sqlite_")
      || name.lowercased().hasPrefix("pragma_")
  }

  /// The unique index or primary key over exactly these columns.
  func uniqueIndex(of table: String, over columns: [String]) throws(DatabaseError) -> String? {
    let wanted = Set(columns.map(Self.folded))
    let indexes = try texts(
      "SELECT name FROM pragma_index_list(?1) WHERE \"unique\" = 1", [table])
    for index in indexes {
      guard let name = index[0] else { continue }
      let covered = try texts("SELECT name FROM pragma_index_info(?1)", [name])
      if Set(covered.compactMap { $0[0].map(Self.folded) }) == wanted { return name }
    }
    return nil
  }

  /// Whether the table has all of these columns.
  func hasColumns(_ columns: [String], in table: String) throws(DatabaseError) -> Bool {
    let known = try texts("SELECT name FROM pragma_table_xinfo(?1)", [table])
    let names = Set(known.compactMap { $0[0].map(Self.folded) })
    return !columns.isEmpty && columns.allSatisfy { names.contains(Self.folded($0)) }
  }

  // As SQLite compares names: their bytes, and A to Z without regard to case.
  private static func folded(_ name: String) -> [UInt8] {
    name.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
  }

  /// Whether SQLite has a function of that name.
  func hasFunction(_ name: String) throws(DatabaseError) -> Bool {
    try text("SELECT 1 FROM pragma_function_list WHERE name = ?1 COLLATE NOCASE", name) != nil
  }
}
