import DriverAPI

/// What became of every clause on one backend.
public struct ConformanceReport: Sendable, Hashable, Codable {
  /// How a check ended.
  public enum Outcome: String, Sendable, Hashable, Codable {
    /// The promise was kept.
    case held
    /// The driver does not make the promise, and it was proven that it does not.
    case provenOff
    /// It failed, as was said in advance, for a reason that lies outside the driver.
    case failedAsKnown
    /// It could not be asked of this engine.
    case notSaid
    /// The promise was broken.
    case failed
  }

  /// One check of a clause.
  public struct Check: Sendable, Hashable, Codable {
    /// The clause, such as `EXEC-1`.
    public let clause: String
    /// What is promised, as a sentence.
    public let title: String
    /// How it ended.
    public let outcome: Outcome
    /// What was expected and what happened, if it failed; the reason, if that was known, or if it could not be asked.
    public let failure: String?
    /// How long it took, waiting for its turn not included.
    public let seconds: Double
  }

  /// The backend's name.
  public private(set) var backend: String
  /// The product, as the server calls itself.
  public let product: String
  /// The version, as the server writes it.
  public let version: String
  /// What the driver says of the server, by the names of ``Capabilities``.
  public let capabilities: [String: Bool]
  /// How each kind of column is written, by the names of `ColumnType`.
  public let columnTypes: [String: String]
  /// The checks, in the contract's order.
  public internal(set) var checks: [Check] = []

  init(backend: String, server: ServerFacts) {
    self.backend = backend
    product = server.product
    version = server.version
    capabilities = Dictionary(
      uniqueKeysWithValues: CapabilityFact.all.map {
        ($0.name, server.capabilities[keyPath: $0.flag])
      })
    columnTypes = Dictionary(
      uniqueKeysWithValues: ColumnKind.all.map { ($0.name, server.dialect.typeName($0.type)) })
  }

  /// The checks that failed.
  public var failures: [Check] { checks.filter { $0.outcome == .failed } }

  /// Whether something was checked and nothing failed.
  public var hasPassed: Bool { !checks.isEmpty && failures.isEmpty }

  /// The same results under another name.
  func renamed(_ name: String) -> ConformanceReport {
    var report = self
    report.backend = name
    return report
  }

  /// How many checks ended so.
  public func count(_ outcome: Outcome) -> Int { checks.count { $0.outcome == outcome } }
}
