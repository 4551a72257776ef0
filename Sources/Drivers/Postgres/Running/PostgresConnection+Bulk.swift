import CPostgres
import DriverAPI

extension PostgresConnection {
  /// COPY: the rows in one stream, as fast as the server takes them.
  func bulkInsert(
    into table: String, columns: [String], rows: [[Value]]
  ) async throws(DatabaseError) -> Int {
    try await begin()
    try checkSettings(hasBackslash: true)
    let copy = try await PostgresCopy(into: table, columns: columns, on: self)
    try await run("SAVEPOINT \(PostgresCopy.savepoint)")
    do throws(DatabaseError) {
      try await copy.send(rows[...])
    } catch {
      guard PostgresCopy.isNoTable(error) else { throw try await copy.blame(rows, error) }
      try await run("ROLLBACK TO SAVEPOINT \(PostgresCopy.savepoint)")
      try await insert(rows, copy.insert)
    }
    try await run("RELEASE SAVEPOINT \(PostgresCopy.savepoint)")
    return rows.count
  }

  /// One insert for each row, some hundreds of them in one round trip: for what takes inserts and no COPY.
  private func insert(_ rows: [[Value]], _ text: StatementText) async throws(DatabaseError) {
    for start in stride(from: 0, to: rows.count, by: Self.rowsPerBatch) {
      let part = rows[start..<min(start + Self.rowsPerBatch, rows.count)]
      do throws(DatabaseError) { _ = try await execBatch(part.map { (text, $0) }) } catch {
        throw error.details.row.map { error.atRow(start + $0) } ?? error
      }
    }
  }

  private static let rowsPerBatch = 500
}

/// A bulk insert into some columns of a table.
struct PostgresCopy {
  static let savepoint = "dovetail_bulk"
  private static let chunkSize = 64 << 10

  private let connection: PostgresConnection
  private let types: [PostgresType?]
  private let statement: String
  /// The same for one row, without COPY.
  let insert: StatementText

  /// Finds out what the columns hold.
  ///
  /// - Throws: `undefinedObject` if the table or a column does not exist.
  init(
    into table: String, columns: [String], on connection: PostgresConnection
  ) async throws(DatabaseError) {
    self.connection = connection
    let dialect = connection.server.dialect
    insert = try dialect.rebind(dialect.insertSQL(into: table, columns: columns))
    let description = try await connection.describe(insert, as: "")
    let known = try await connection.baseTypes(of: description.parameterTypes)
    types = known.map { PostgresType(rawValue: $0) }
    var names: [String] = []
    for column in columns { names.append(try dialect.quoted(column)) }
    statement =
      "COPY \(try dialect.quoted(table: table)) (\(names.joined(separator: ", "))) FROM STDIN"
  }

  /// Sends rows, in binary if that can hold them.
  func send(_ rows: ArraySlice<[Value]>) async throws(DatabaseError) {
    if try await send(rows, .init(types: types, isBinary: true)) { return }
    try await connection.run("ROLLBACK TO SAVEPOINT \(Self.savepoint)")
    _ = try await send(rows, .init(types: types, isBinary: false))
  }

  /// The error of the first row that fails, with its index. [BULK-2]
  ///
  /// COPY tells the line in prose only. So it is looked for: half of what is left is sent again, and
  /// kept if it is sound, until one row is left. Every row is sent about twice.
  func blame(_ rows: [[Value]], _ error: DatabaseError) async throws(DatabaseError) -> DatabaseError
  {
    guard error.connection == .usable, Self.canBeOneRow(error.kind) else { return error }
    if error.details.row != nil { return error }
    try await connection.run("ROLLBACK TO SAVEPOINT \(Self.savepoint)")
    var sound = 0
    var bad = rows.count
    var last: DatabaseError?
    while sound < bad {
      let middle = (sound + bad) / 2
      do throws(DatabaseError) {
        try await send(rows[sound...middle])
        try await connection.run(
          "RELEASE SAVEPOINT \(Self.savepoint); SAVEPOINT \(Self.savepoint)")
        sound = middle + 1
      } catch {
        guard error.connection == .usable, Self.canBeOneRow(error.kind) else { return error }
        try await connection.run("ROLLBACK TO SAVEPOINT \(Self.savepoint)")
        last = error
        bad = middle
      }
    }
    // All of them alone are sound: something else was in the way, and is gone.
    guard let last, sound < rows.count else { return error }
    return last.atRow(sound)
  }

  /// Whether the server copies into nothing of that sort: a view, or a table with policies for its rows.
  static func isNoTable(_ error: DatabaseError) -> Bool {
    error.connection == .usable && ["42809", "0A000"].contains(error.details.sqlState)
  }

  private static func canBeOneRow(_ kind: DatabaseError.Kind) -> Bool {
    switch kind {
    case .uniqueViolation, .foreignKeyViolation, .notNullViolation, .checkViolation, .invalidValue,
      .dataOutOfRange, .unsupported, .other:
      true
    default: false
    }
  }

  /// Sends rows in one format; false if binary cannot hold them, and then nothing is stored.
  private func send(
    _ rows: ArraySlice<[Value]>, _ format: PostgresCopyFormat
  ) async throws(DatabaseError) -> Bool {
    try await start(format)
    var buffer = PostgresCopyBuffer(capacity: Self.chunkSize * 2)
    format.begin(&buffer)
    do throws(DatabaseError) {
      for index in rows.indices {
        guard try write(rows[index], at: index, format, to: &buffer) else {
          try await giveUp()
          return false
        }
        if buffer.count < Self.chunkSize { continue }
        guard try await put(&buffer) else { break }
      }
    } catch {
      // Nothing the server said: it still waits for rows.
      if error.execution == .notSent { try await giveUp() }
      throw error
    }
    format.end(&buffer)
    if try await put(&buffer) { PQputCopyEnd(connection.link.handle, nil) }
    _ = try await connection.outcome(of: nil)
    return true
  }

  private func write(
    _ row: [Value], at index: Int, _ format: PostgresCopyFormat,
    to buffer: inout PostgresCopyBuffer
  ) throws(DatabaseError) -> Bool {
    do throws(DatabaseError) { return try format.write(row, to: &buffer) } catch {
      throw error.atRow(index)
    }
  }

  private func start(_ format: PostgresCopyFormat) async throws(DatabaseError) {
    let link = connection.link
    try connection.checkGoesOn()
    let sql = statement + (format.isBinary ? " (FORMAT binary)" : "")
    guard PQsendQuery(link.handle, sql) != 0 else { throw link.lost(.notSent) }
    guard let result = try await link.nextResult() else { throw link.lost() }
    defer { PQclear(result) }
    if PQresultStatus(result) == PGRES_COPY_IN { return }
    let error = link.error(in: result)
    if error.connection == .usable { _ = try await connection.outcome(of: nil) }
    throw error
  }

  /// Hands a chunk to the server, as fast as it takes it; false if it takes no more.
  private func put(_ buffer: inout PostgresCopyBuffer) async throws(DatabaseError) -> Bool {
    let link = connection.link
    defer { buffer.removeAll() }
    if link.cancellation.isRequested {
      PQputCopyEnd(link.handle, "the task was cancelled")
      return false
    }
    let bytes = buffer.bytes.assumingMemoryBound(to: CChar.self)
    guard PQputCopyData(link.handle, bytes, Int32(buffer.count)) > 0 else { return false }
    return try await link.drain()
  }

  /// Ends the copy without effect.
  private func giveUp() async throws(DatabaseError) {
    PQputCopyEnd(connection.link.handle, "given up by the client")
    do throws(DatabaseError) { _ = try await connection.outcome(of: nil) } catch {
      // The server's answer to that is an error by design.
      if error.connection == .spent { throw error }
    }
  }
}
