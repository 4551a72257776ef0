import DriverAPI

/// One session with a server.
final class NAMESession: BlockingSession {
  /// For long calls, so that a cancelled task or a time limit can stop them.
  let calls: BlockingCalls
  let server: ServerFacts

  /// Connects, and makes the session what every session of this driver is: strict, UTF-8, UTC. [CONN-7]
  ///
  /// - Throws: `cannotConnect`, `authenticationFailed` or `tls`, with the host.
  init(_ target: NAMETarget, _ calls: BlockingCalls) throws(DatabaseError) {
    self.calls = calls
    server = ServerFacts(
      product: "NAME", version: "0", dialect: Self.dialect, capabilities: Self.capabilities)
    throw notWritten("NAMESession.init: connect to \(target.host)")
  }

  /// Standard SQL, and what the engine writes otherwise.
  private static let dialect: Dialect = {
    var dialect = Dialect(name: "SCHEME")
    dialect.maxParameters = 1000
    // For example, for an engine that has no SELECT without a table:
    // dialect.dummyTable = "DUAL"
    return dialect
  }()

  /// What the engine can do. What is on is tried, and what is off is proven to be off.
  private static let capabilities: Capabilities = {
    var capabilities = Capabilities()
    // Typed columns rarely take it.
    capabilities.notANumber = false
    return capabilities
  }()

  func prepare(_ text: StatementText) throws(DatabaseError) -> NAMEStatement {
    try NAMEStatement(text, on: self)
  }

  func close() {}
}
