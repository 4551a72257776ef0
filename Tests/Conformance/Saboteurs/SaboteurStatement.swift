import DriverAPI

/// A statement as a sabotage sees it.
struct Sabotaged {
  let connection: SaboteurConnection
  let text: StatementText
  let statement: any DriverStatement

  /// Runs it the honest way.
  func proceed(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try await statement.exec(parameters)
  }
}

/// A statement of a ``SaboteurConnection``.
final class SaboteurStatement: DriverStatement {
  private let statement: any DriverStatement
  private let text: StatementText
  private let connection: SaboteurConnection

  init(_ statement: any DriverStatement, text: StatementText, on connection: SaboteurConnection) {
    self.statement = statement
    self.text = text
    self.connection = connection
  }

  private var sabotage: Sabotage { connection.sabotage }

  var parameterCount: Int? {
    sabotage.parameterCount.map { $0(statement.parameterCount) } ?? statement.parameterCount
  }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    let parameters = sabotage.parameters?(parameters) ?? parameters
    do {
      let result = try await run(parameters)
      return sabotage.result?(result, text) ?? result
    } catch {
      guard let told = sabotage.told(error) else { return ExecResult(rowCount: 0) }
      throw told
    }
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    let parameters = sabotage.parameters?(parameters) ?? parameters
    do {
      let rows = try await start(parameters)
      return sabotage.touchesRows || sabotage.keepsRowsOpen || sabotage.error != nil
        ? try await SaboteurRows(rows, sabotage) : rows
    } catch {
      guard let told = sabotage.told(error) else {
        return try await SaboteurRows(try await statement.query(parameters), sabotage)
      }
      throw told
    }
  }

  func finalize() { statement.finalize() }

  private func run(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try connection.meetStrayInterrupt()
    let sabotaged = Sabotaged(connection: connection, text: text, statement: statement)
    if let exec = sabotage.exec { return try await exec(sabotaged, parameters) }
    guard connection.isDeaf else { return try await statement.exec(parameters) }
    return try await unheard { () async throws(DatabaseError) in
      try await self.statement.exec(parameters)
    }
  }

  private func start(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try connection.meetStrayInterrupt()
    guard connection.isDeaf else { return try await statement.query(parameters) }
    let kept = try await unheard { () async throws(DatabaseError) in
      Kept(rows: try await self.statement.query(parameters))
    }
    return kept.rows
  }

  /// Runs `body` in a task that nobody cancels.
  private func unheard<R: Sendable>(
    _ body: @escaping @Sendable () async throws(DatabaseError) -> R
  ) async throws(DatabaseError) -> R {
    let task = Task.detached { () async -> Result<R, DatabaseError> in
      do throws(DatabaseError) { return .success(try await body()) } catch {
        return .failure(error)
      }
    }
    return try await task.value.get()
  }

  // The rows change tasks with the lease, one at a time.
  private struct Kept: @unchecked Sendable { let rows: any DriverRows }
}
