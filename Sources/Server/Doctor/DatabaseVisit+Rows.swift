import DriverAPI

extension DatabaseVisit {
  private struct Flaws {
    var count = 0
    var named: [RowFlaw] = []

    mutating func note(_ flaw: RowFlaw, upTo limit: Int) {
      count += 1
      if named.count < limit { named.append(flaw) }
    }
  }

  /// So many rows of a table are looked at, the newest first.
  private static let maxRowCount = 20_000
  /// So many flaws are named; the others are counted.
  private static let maxNamedCount = 5
  /// How long all tables may take.
  private static let patience = Duration.seconds(3)

  /// Looks for rows that the server cannot read: it leaves them out, and their authors miss them.
  func rows(of database: Database) async throws -> DoctorCheck? {
    let tables = Set(try await database.tableNames())
    let deadline = ContinuousClock.now + Self.patience
    var count = 0
    var flaws = Flaws()
    var isPart = false
    for table in ReadTable.all where tables.contains(table.name) {
      // An older table lacks columns until it is migrated; what its rows are can be told then.
      let known = Set(try await database.columns(of: table.name).map(\.name))
      guard known.isSuperset(of: table.keys + table.columns.map(\.name)) else { continue }
      let seen = try await look(at: table, of: database, until: deadline, &flaws)
      count += seen.count
      isPart = isPart || seen.isPart
    }
    guard count > 0 else { return nil }
    let looked = "\(count) rows were looked at\(isPart ? ", the newest of each table" : "")"
    guard let first = flaws.named.first else {
      return DoctorCheck("db_rows", .ok, "\(looked); all can be read")
    }
    let named = flaws.named.map(\.description)
    let rest = flaws.count > named.count ? ["\(flaws.count - named.count) more"] : []
    return DoctorCheck(
      "db_rows", .warn,
      "\(looked), and \(flaws.count) cannot be read and are left out: "
        + (named + rest).joined(separator: "; ")
        + "; set each right or delete it, the first with: \(first.remedy)")
  }

  private func look(
    at table: ReadTable, of database: Database, until deadline: ContinuousClock.Instant,
    _ flaws: inout Flaws
  ) async throws -> (count: Int, isPart: Bool) {
    try await database.withConnection(.reader) { connection in
      var rows = try await connection.query(
        table.query(limit: Self.maxRowCount, in: connection.dialect))
      var count = 0
      while try await rows.next() {
        count += 1
        if let flaw = try table.flaw(in: rows.row) { flaws.note(flaw, upTo: Self.maxNamedCount) }
        if count % 100 == 0, ContinuousClock.now > deadline { break }
      }
      return (count, count == Self.maxRowCount || ContinuousClock.now > deadline)
    }
  }
}
