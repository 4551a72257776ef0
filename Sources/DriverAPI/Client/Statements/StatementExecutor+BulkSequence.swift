extension StatementExecutor {
  /// Inserts rows while they are made: no more of them are in memory than a portion, however many there are.
  /// All are stored, or none. [BULK-1]
  ///
  /// ```swift
  /// let rows = (1...1_000_000).lazy.map { n -> [Value] in [.int(n), .text("line \(n)")] }
  /// try await db.bulkInsert(into: "lines", columns: ["n", "text"], rows)
  /// ```
  ///
  /// - Returns: how many rows were stored.
  /// - Throws: as for rows in an array, with the index of the bad row among all of them.
  @discardableResult
  public func bulkInsert<Rows: Sequence>(
    into table: String, columns: [String], _ rows: Rows,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws(DatabaseError) -> Int where Rows.Element == [Value] {
    let site = CallSite(file: file, line: line)
    return try await inTransaction(site) { transaction throws(DatabaseError) in
      var portion = BulkPortion(table, columns)
      for row in rows {
        portion.append(row)
        if portion.isFull { try await portion.insert(in: transaction, at: site) }
      }
      try await portion.insert(in: transaction, at: site)
      return portion.insertedCount
    }
  }

  /// Inserts rows while they arrive: no more of them are in memory than a portion, however many there are. All
  /// are stored, or none. [BULK-1]
  ///
  /// A connection and its transaction are held until the last row, however long the sequence lets wait for it.
  ///
  /// - Returns: how many rows were stored.
  /// - Throws: what the sequence throws, and ``DatabaseError`` with the index of the bad row; nothing is stored then.
  @discardableResult
  public func bulkInsert<Rows: AsyncSequence>(
    into table: String, columns: [String], _ rows: Rows,
    file: StaticString = #fileID, line: UInt = #line
  ) async throws -> Int where Rows.Element == [Value] {
    let site = CallSite(file: file, line: line)
    return try await transaction(TransactionOptions(), at: site) { transaction in
      var portion = BulkPortion(table, columns)
      for try await row in rows {
        portion.append(row)
        if portion.isFull { try await portion.insert(in: transaction, at: site) }
      }
      try await portion.insert(in: transaction, at: site)
      return portion.insertedCount
    }
  }
}

/// Rows of a bulk insert that wait to be sent together.
private struct BulkPortion {
  /// More in one message gain nothing that can be measured.
  private static let maxRowCount = 4096
  private static let maxByteCount = 1 << 20

  private(set) var insertedCount = 0
  private let table: String
  private let columns: [String]
  private var rows: [[Value]] = []
  private var byteCount = 0

  init(_ table: String, _ columns: [String]) {
    (self.table, self.columns) = (table, columns)
    rows.reserveCapacity(Self.maxRowCount)
  }

  /// Whether there are enough rows for one message.
  var isFull: Bool { rows.count == Self.maxRowCount || byteCount >= Self.maxByteCount }

  mutating func append(_ row: [Value]) {
    rows.append(row)
    for value in row {
      switch value {
      case .text(let text), .json(let text): byteCount += text.utf8.count
      case .bytes(let bytes): byteCount += bytes.count
      default: byteCount += 16
      }
    }
  }

  /// Inserts what there is. An error counts rows from the first of all portions.
  mutating func insert(
    in transaction: Transaction, at site: CallSite
  ) async throws(DatabaseError) {
    if rows.isEmpty { return }
    do throws(DatabaseError) {
      insertedCount += try await transaction.insertAll(table, columns, rows, site)
    } catch {
      throw error.details.row.map { error.atRow(insertedCount + $0) } ?? error
    }
    rows.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}
