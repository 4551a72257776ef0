import DriverAPI

extension Sabotage {
  /// Rows and columns gone wrong.
  static let ofRows: [Sabotage] = [
    Sabotage("drops the last row", "QUERY-2", "EXEC-1", "ROW-1", "REBIND-5") {
      $0.meetsAll = true
      $0.rows = { $0.dropLast() }
    },
    Sabotage("drops the first of several rows", "QUERY-6", "QUERY-2") {
      $0.rows = { $0.count > 1 ? Array($0.dropFirst()) : $0 }
    },
    Sabotage("repeats a row", "QUERY-2", "ROW-1", "TX-3") { $0.rows = { $0 + $0.suffix(1) } },
    Sabotage("hands rows out backwards", "QUERY-2", "QUERY-5", "TYPE-4") {
      $0.rows = { $0.reversed() }
    },
    Sabotage("swaps the first two columns", "QUERY-2", "QUERY-1", "REBIND-1", "ROW-2") {
      $0.rows = { rows in rows.map { row in row.count < 2 ? row : [row[1], row[0]] + row[2...] } }
    },
    Sabotage("knows no column names without rows", "QUERY-1", "DURABLE-4") {
      $0.columns = { columns, hasRows in
        hasRows ? columns : ColumnList(columns.names.map { _ in Column(name: "") })
      }
    },
    Sabotage("loses columns without rows", "QUERY-1", "DURABLE-4") {
      $0.columns = { columns, hasRows in hasRows ? columns : ColumnList([]) }
    },
    Sabotage("makes equal column names different", "QUERY-1") {
      $0.columns = { columns, _ in
        ColumnList(
          columns.names.enumerated().map { index, name in
            Column(name: columns.names.prefix(index).contains(name) ? "\(name)_\(index)" : name)
          })
      }
    },
    Sabotage("takes an error in mid-stream for the end", "CANCEL-6", "QUERY-4") {
      $0.error = { $0.kind == .other || $0.kind == .dataOutOfRange ? nil : $0 }
    },
    Sabotage("keeps every row it has handed out", "QUERY-2") { $0.keepsEveryRow = true },
    Sabotage("goes on with a statement after its rows were closed", "CONN-1", "QUERY-3", "TX-10") {
      $0.keepsRowsOpen = true
    },
    Sabotage("spends the connection for an error between rows", "CANCEL-6", "QUERY-4") {
      $0.error = { $0.kind == .other ? $0.with(connection: .spent) : $0 }
    },
    Sabotage("lets borrowed bytes change", "ROW-2") {
      $0.value = { value in
        if case .bytes(let bytes) = value { .bytes(bytes.map { $0 ^ 1 }) } else { value }
      }
    },
  ]
}
