import DriverAPI

let emptyListClauses = [
  Clause("QUERY-10", "IN of an empty list is false and NOT IN is true, for every row.") { context in
    let db = try await context.open()
    try await db.createTable(
      "kept",
      """
      id {int} NOT NULL PRIMARY KEY, i {int}, t {key}, d {double}, n {decimal}, s {timestamp}, c {date},
      u {uuid}
      """)
    try await db.insertRows(
      "kept", ["id", "i", "t", "d", "n"], [[1, 1, "a", 1.0, 1], [2, 2, "b", 2.0, 2]])
    try await db.exec("INSERT INTO kept (id) VALUES (3)")
    let none: [Int] = []
    func ids(_ condition: SQL) async throws -> [Int] {
      try await db.query("SELECT id FROM kept WHERE \(condition) ORDER BY id", as: Int.self)
        .collect()
    }
    for column in ["id", "i", "t", "d", "n", "s", "c", "u"] {
      let name = SQL(raw: column)
      try expectEqual(try await ids("\(name) IN (\(each: none))"), [], "\(column) in nothing")
      try expectEqual(
        try await ids("\(name) NOT IN (\(each: none))"), [1, 2, 3], "\(column) not in nothing")
    }
    try expectEqual(
      try await ids("NOT (i in ( \(each: none) )) AND id <> \(2)"), [1, 3], "beside a parameter")
    try expectEqual(
      try await ids("i\nNOT  IN (\(each: none)) AND t not in (\(each: [String]()))"), [1, 2, 3],
      "two lists")
    let changed = try await db.exec("DELETE FROM kept WHERE id IN (\(each: none))").rowCount
    try expectEqual(changed, 0, "rows deleted")
  },

  Clause("QUERY-10", "Lists of one and of many match what they hold.") { context in
    let db = try await context.open()
    try await db.createItems(rowCount: 5)
    func ids(_ list: [Int]) async throws -> [Int] {
      try await db.query(
        "SELECT id FROM items WHERE id NOT IN (\(each: list)) ORDER BY id", as: Int.self
      ).collect()
    }
    try expectEqual(try await ids([3]), [1, 2, 4, 5], "not in a list of one")
    try expectEqual(try await ids([1, 2, 5, 9]), [3, 4], "not in a list of four")
    // As SQL has it: whether it is the unknown one, nobody knows.
    let withNULL = try await db.query(
      "SELECT id FROM items WHERE id NOT IN (\(each: [1, nil] as [Int?]))", as: Int.self
    ).collect()
    try expectEqual(withNULL, [], "not in a list with a NULL")
  },
]
