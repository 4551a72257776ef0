import DriverAPI

/// Fails the check unless the condition holds.
func expect(
  _ condition: Bool, _ message: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) throws {
  if !condition { throw ClauseFailure(message(), file: file, line: line) }
}

/// Fails the check unless both are equal; the message shows them.
func expectEqual<T: Equatable>(
  _ actual: T, _ expected: T, _ what: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) throws {
  if actual == expected { return }
  let found = String(String(describing: actual).prefix(200))
  let wanted = String(String(describing: expected).prefix(200))
  throw ClauseFailure(
    "\(what()): expected \(wanted), found \(found)", file: file, line: line)
}

/// The value, or a failed check if there is none.
func expectSome<T>(
  _ value: T?, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) throws -> T {
  guard let value else {
    throw ClauseFailure("\(what()): expected a value, found none", file: file, line: line)
  }
  return value
}

/// Runs `body`, which must throw a ``DatabaseError`` of that kind.
///
/// Unless told otherwise the error must leave the connection usable.
@discardableResult
func expectError<R>(
  _ kind: DatabaseError.Kind, or other: DatabaseError.Kind? = nil,
  connection: DatabaseError.ConnectionState = .usable, _ what: String,
  file: StaticString = #fileID, line: UInt = #line, _ body: () async throws -> R
) async throws -> DatabaseError {
  let error = try await thrownError(what, file: file, line: line, body)
  let wanted = kind.rawValue + (other.map { " or \($0.rawValue)" } ?? "")
  try expect(
    error.kind == kind || error.kind == other, "\(what): expected \(wanted), was told \(error)",
    file: file,
    line: line)
  try expect(
    error.connection == connection,
    "\(what): the connection should be \(connection) after \(error), not \(error.connection)",
    file: file, line: line)
  return error
}

/// Runs `body`, which must be refused before anything reaches the engine.
@discardableResult
func expectRefusal<R>(
  _ kind: DatabaseError.Kind, _ what: String, file: StaticString = #fileID, line: UInt = #line,
  _ body: () async throws -> R
) async throws -> DatabaseError {
  let error = try await expectError(kind, what, file: file, line: line, body)
  try expect(
    error.execution == .notSent, "\(what): refused as \(error.execution), not before sending",
    file: file, line: line)
  return error
}

/// Whatever ``DatabaseError`` `body` throws.
func thrownError<R>(
  _ what: String, file: StaticString = #fileID, line: UInt = #line, _ body: () async throws -> R
) async throws -> DatabaseError {
  do {
    _ = try await body()
  } catch let error as DatabaseError {
    return error
  } catch let failure as ClauseFailure {
    throw failure
  } catch {
    throw ClauseFailure(
      "\(what): expected a DatabaseError, was thrown \(error)", file: file, line: line)
  }
  throw ClauseFailure("\(what): expected an error, but it succeeded", file: file, line: line)
}
