import DriverAPI

/// One script on one connection, in the making.
struct SQLLogicRun {
  private(set) var report: SQLLogicReport
  private let connection: Connection
  private let mode: SQLLogicRunner.Mode
  private let engines: Set<String>
  /// What the first query with a label answered, and where it stands.
  private var labels: [String: (answer: String, line: Int)] = [:]

  init(_ script: SQLLogicScript, mode: SQLLogicRunner.Mode, _ connection: Connection) {
    report = SQLLogicReport(script: script.name, mode: mode)
    self.mode = mode
    self.connection = connection
    engines = connection.server.sqlLogicNames
  }

  /// Runs a record; false if the script ends with it.
  mutating func perform(_ record: SQLLogicRecord) async throws -> Bool {
    guard record.applies(to: engines) else {
      report.noteSkipped(record)
      return true
    }
    do {
      switch record.action {
      case .halt: return false
      case .hashThreshold: return true
      case .statement(let text, let mustSucceed):
        try await run(text, mustSucceed: mustSucceed)
      case .query(let query):
        try await run(query, at: record.line)
      }
      report.passedCount += 1
      return true
    } catch let mismatch as SQLLogicMismatch {
      report.failures.append(report.finding(mismatch.message, at: record.line))
      return true
    } catch let error as DatabaseError {
      return note(error, at: record.line)
    }
  }

  private mutating func note(_ error: DatabaseError, at line: Int) -> Bool {
    // Scripts hold no secrets, and without the engine's words nobody finds the mistake.
    let told = [error.description, error.serverMessage].compactMap { $0 }.joined(separator: " — ")
    let finding = report.finding(told, at: line)
    if connection.server.refusesForSize(error) {
      report.refusals.append(finding)
      return true
    }
    report.failures.append(finding)
    guard error.connection == .spent else { return true }
    report.failures.append(report.finding("the connection is lost; the rest did not run", at: line))
    return false
  }

  private mutating func run(_ text: String, mustSucceed: Bool) async throws {
    let sql = try prepared(text)
    if mustSucceed {
      try await connection.exec(sql)
      return
    }
    do {
      try await connection.exec(sql)
    } catch {
      // Only the engine's own refusal counts.
      guard error.kind != .misuse, error.connection == .usable else { throw error }
      return
    }
    throw SQLLogicMismatch("the statement must fail, and succeeded")
  }

  private mutating func run(_ query: SQLLogicQuery, at line: Int) async throws {
    let rows = try await connection.query(try prepared(query.sql))
    let width = rows.columns.count
    guard width == query.types.count else {
      rows.close()
      throw SQLLogicMismatch("expected \(query.types.count) columns, found \(width)")
    }
    var answer = SQLLogicAnswer(types: query.types)
    try await rows.forEach { row in try answer.append(row) }
    answer.sort(query.sortMode)
    try query.expectation.check(answer.values)
    try compare(answer, with: query.label, at: line)
  }

  private mutating func compare(
    _ answer: SQLLogicAnswer, with label: String?, at line: Int
  ) throws {
    guard let label else { return }
    let digest = answer.digest
    let first = labels[label, default: (digest, line)]
    labels[label] = first
    guard first.answer == digest else {
      throw SQLLogicMismatch(
        "the answer differs from that of line \(first.line), which has the label '\(label)' too")
    }
  }

  private mutating func prepared(_ text: String) throws -> SQL {
    guard mode == .literalsBound else { return SQL(raw: text) }
    let lifted = try LiteralLifting.lift(text, for: connection.server.dialect)
    report.boundLiteralCount += lifted.parameters.count
    return lifted
  }
}

/// A record that did not come out as it must.
struct SQLLogicMismatch: Error {
  let message: String

  init(_ message: String) { self.message = message }
}
