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
  private let isDescribed: Bool
  private let hasBackslash: Bool
  private(set) var parameterCount: Int?
  private(set) var shape = PostgresShape.none
  private var name = ""
  private var parameterTypes: [UInt32] = []
  private var isPrepared = false

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
    guard isPrepared else { return try await execFirst(parameters) }
    do throws(DatabaseError) {
      try send(parameters)
      return try await connection.outcome(of: text)
    } catch {
      guard forgets(after: error) else { throw error }
      return try await execFirst(parameters)
    }
  }

  func query(_ parameters: [Value]) async throws(DatabaseError) -> any DriverRows {
    try await connection.begin()
    try connection.checkSettings(hasBackslash: hasBackslash)
    guard isDescribed else {
      try sendOnce(parameters)
      return try await connection.answer(to: text, nil, isBinary: false)
    }
    guard isPrepared else { return try await queryFirst(parameters) }
    do throws(DatabaseError) {
      return try await queryPrepared(parameters)
    } catch {
      guard forgets(after: error) else { throw error }
      return try await queryFirst(parameters)
    }
  }

  func finalize() {
    if isPrepared, isKept { connection.discarded.append(name) }
    isPrepared = false
  }

  private func queryPrepared(
    _ parameters: [Value]
  ) async throws(DatabaseError) -> any DriverRows {
    try send(parameters)
    return try await connection.answer(to: text, shape, isBinary: shape.isBinary)
  }

  /// Asks for the types first: a round trip, so that rows can come in binary.
  private func queryFirst(
    _ parameters: [Value]
  ) async throws(DatabaseError) -> any DriverRows {
    try await describe()
    return try await queryPrepared(parameters)
  }

  private func describe() async throws(DatabaseError) {
    name = isKept ? connection.makeName() : ""
    let description = try await connection.describe(text, as: name)
    try await learn(description)
    let counted = description.parameterTypes.count
    if counted == text.parameterCount { return }
    // Run at once, the server itself refuses a statement with more or fewer. [REBIND-8]
    throw .misuse(
      "the server counts \(counted) parameters in the statement and \(text.parameterCount) were "
        + "recognised; write each as a plain ? or $1, outside of names, quotes and comments")
  }

  /// Prepares and runs in one round trip: without rows to read, text does for the parameters.
  private func execFirst(_ parameters: [Value]) async throws(DatabaseError) -> ExecResult {
    if isDescribed, PostgresParameters.needTypes(parameters) {
      try await describe()
      try send(parameters)
      return try await connection.outcome(of: text)
    }
    guard isKept else {
      try sendOnce(parameters)
      return try await connection.outcome(of: text)
    }
    name = connection.makeName()
    let (description, result) = try await connection.describeAndRun(text, as: name, parameters)
    try await learn(description)
    return result
  }

  private func learn(_ description: PostgresDescription) async throws(DatabaseError) {
    shape = description.shape
    parameterTypes = try await connection.baseTypes(of: description.parameterTypes)
    parameterCount = parameterTypes.count
    // Without a name it is gone as soon as another one is prepared.
    isPrepared = isKept
  }

  /// Forgets the server's statement if it no longer fits, and tells whether it may run again:
  /// outside a transaction nothing has happened yet. [STMT-1]
  private func forgets(after error: DatabaseError) -> Bool {
    guard PostgresCode.asksToPrepareAgain(error.details.sqlState), isPrepared else { return false }
    finalize()
    return error.connection == .usable && connection.transactionStatus == .none
  }

  private func send(_ values: [Value]) throws(DatabaseError) {
    let parameters = connection.parameters
    try parameters.fill(values, types: parameterTypes)
    let sent = PQsendQueryPrepared(
      connection.link.handle, name, Int32(parameters.count), parameters.addresses,
      parameters.lengths, parameters.formats, shape.isBinary ? 1 : 0)
    if sent == 0 { throw connection.link.lost(.notSent) }
  }

  private func sendOnce(_ values: [Value]) throws(DatabaseError) {
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
