import CPostgres
import DriverAPI

/// A prepared statement of one connection.
///
/// The server hears of it with its first execution. `@unchecked Sendable`: it shares its connection's
/// lease.
final class PostgresStatement: DriverStatement, @unchecked Sendable {
  let connection: PostgresConnection
  let text: StatementText
  /// Whether the server keeps it under a name of its own.
  let isKept: Bool
  /// Whether the server is asked for the types before the statement runs.
  let isDescribed: Bool
  private let hasBackslash: Bool
  private(set) var parameterCount: Int?
  private(set) var shape = PostgresShape.none
  private var name = ""
  private(set) var parameterTypes: [UInt32] = []
  /// What was known of the schema when it was prepared.
  private var schemaVersion: UInt64 = 0
  private(set) var isPrepared = false

  // libpq takes a description of more parameters for garbage and gives the session up: it allows
  // that message 30,000 bytes, four for each.
  static let maxDescribedParameters = 7_000

  init(_ text: StatementText, on connection: PostgresConnection, isKept: Bool) {
    self.text = text
    self.connection = connection
    hasBackslash = text.text.utf8.contains(UInt8(ascii: "\\"))
    isDescribed =
      connection.options.cachesStatements && text.parameterCount <= Self.maxDescribedParameters
    self.isKept = isKept && isDescribed
  }

  func exec(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    try await connection.begin()
    try connection.checkSettings(hasBackslash: hasBackslash)
    guard isCurrent else { return try await execFirst(parameters) }
    do throws(DatabaseError) {
      if try send(parameters) { return try await connection.outcome(of: text) }
    } catch {
      try await checkMayRunAgain(after: error)
      return try await execFirst(parameters)
    }
    return try await execAnew(parameters)
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try await connection.begin()
    try connection.checkSettings(hasBackslash: hasBackslash)
    guard isDescribed else { return try await queryOnce(parameters) }
    guard isCurrent else { return try await queryDescribed(parameters) }
    do throws(DatabaseError) {
      if try send(parameters) { return try await answer() }
    } catch {
      try await checkMayRunAgain(after: error)
      return try await queryDescribed(parameters)
    }
    return try await queryAnew(parameters)
  }

  func finalize() {
    if isPrepared, isKept { connection.discarded.append(name) }
    isPrepared = false
  }

  /// Whether the server has the statement, and nobody here has changed the schema since. [STMT-3]
  @inline(__always)
  private var isCurrent: Bool {
    if !isPrepared { return false }
    if schemaVersion == connection.schema.version { return true }
    finalize()
    return false
  }

  func answer() async throws(DatabaseError) -> any DriverRows {
    try await connection.answer(to: text, shape, isBinary: shape.isBinary)
  }

  /// Asks for the types: a round trip, so that rows can come in binary.
  func describe() async throws(DatabaseError) {
    finalize()
    name = isKept ? connection.makeName() : ""
    schemaVersion = connection.schema.version
    let description = try await connection.describe(text, as: name)
    try await learn(description)
    try checkCount(description.parameterTypes.count)
    try connection.checkGoesOn()
  }

  /// Run at once, the server itself refuses a statement with more or fewer. [REBIND-8]
  private func checkCount(_ counted: Int) throws(DatabaseError) {
    if counted == text.parameterCount { return }
    finalize()
    throw .misuse(
      "the server counts \(counted) parameters in the statement and \(text.parameterCount) were "
        + "recognised; write each as a plain ? or $1, outside of names, quotes and comments")
  }

  /// Prepares and runs in one round trip: without rows to read, text does for the parameters.
  private func execFirst(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if isDescribed, PostgresParameters.needTypes(parameters) {
      return try await execDescribed(parameters)
    }
    guard isKept else { return try await execOnce(parameters) }
    finalize()
    name = connection.makeName()
    schemaVersion = connection.schema.version
    let (description, result) = try await connection.describeAndRun(text, as: name, parameters)
    do throws(DatabaseError) { try await learn(description) } catch {
      throw error.with(execution: .completed)
    }
    return result
  }

  private func learn(_ description: PostgresDescription) async throws(DatabaseError) {
    shape = description.shape
    parameterTypes = try await connection.baseTypes(of: description.parameterTypes)
    parameterCount = parameterTypes.count
    // Without a name it is gone as soon as another one is prepared.
    isPrepared = isKept
  }

  /// Sends the statement that the server knows; false, and nothing is sent, if it may store a value that
  /// is not one of the types that were found when it was prepared. [STMT-4]
  ///
  /// - Parameter isFresh: they were found just now.
  func send(_ values: [Value], isFresh: Bool = false) throws(DatabaseError) -> Bool {
    let parameters = connection.parameters
    let fits = try parameters.fill(values, types: parameterTypes)
    guard fits || isFresh || text.isReadOnly else { return false }
    let sent = PQsendQueryPrepared(
      connection.link.handle, name, Int32(parameters.count), parameters.addresses,
      parameters.lengths, parameters.formats, shape.isBinary ? 1 : 0)
    if sent == 0 { throw connection.link.lost(.notSent) }
    return true
  }

  func sendOnce(_ values: [Value]) throws(DatabaseError) {
    let parameters = connection.parameters
    try parameters.fill(values, types: [])
    let sent = PQsendQueryParams(
      connection.link.handle, text.text, Int32(parameters.count), Self.types(of: values),
      parameters.addresses, parameters.lengths, parameters.formats, 0)
    if sent == 0 { throw connection.link.lost(.notSent) }
  }

  /// What to tell the server of types before it has told us: bytes are bytes, the rest is its choice.
  static func types(of values: [Value]) -> [UInt32] {
    values.map { value in
      if case .bytes = value { PostgresType.bytes.rawValue } else { 0 }
    }
  }
}
