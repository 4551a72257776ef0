extension DatabaseConfiguration {
  /// The configuration with nothing in it that makes no sense. [POOL-13]
  ///
  /// Times of more than a century are a century, so that no arithmetic on clocks can overflow.
  ///
  /// - Throws: `misuse` that names the option and what it can be.
  func checked() throws(DatabaseError) -> DatabaseConfiguration {
    guard (1...Self.mostConnections).contains(maxConnections) else {
      throw .misuse(
        "maxConnections is \(maxConnections); it must be from 1 to \(Self.mostConnections)")
    }
    guard (0...maxConnections).contains(minConnections) else {
      throw .misuse(
        "minConnections is \(minConnections); it must be from 0 to maxConnections, \(maxConnections)"
      )
    }
    guard minConnections == 0 || idleTimeout > .zero && maxLifetime > .zero else {
      throw .misuse(
        "minConnections is \(minConnections), and an idleTimeout or maxLifetime of zero keeps none; "
          + "raise that, or set minConnections to 0")
    }
    guard statementCacheCapacity >= 0 else {
      throw .misuse(
        "statementCacheCapacity is \(statementCacheCapacity); it must be 0, which keeps none, or more"
      )
    }
    var checked = self
    try checked.check(\.connectTimeout, "connectTimeout", mayBeZero: false)
    try checked.check(\.controlTimeout, "controlTimeout", mayBeZero: false)
    try checked.check(\.leaseTimeout, "leaseTimeout", mayBeZero: true)
    try checked.check(\.idleTimeout, "idleTimeout", mayBeZero: true)
    try checked.check(\.maxLifetime, "maxLifetime", mayBeZero: true)
    try checked.check(\.healthCheckAfter, "healthCheckAfter", mayBeZero: true)
    try checked.check(\.shutdownGrace, "shutdownGrace", mayBeZero: true)
    if var limit = statementTimeout {
      guard limit > .zero else {
        throw .misuse("statementTimeout is \(limit); it must be above zero, or nil for no limit")
      }
      limit = min(limit, Self.century)
      checked.statementTimeout = limit
    }
    if let threshold = slowStatementThreshold {
      guard threshold >= .zero else {
        throw .misuse("slowStatementThreshold is \(threshold); it must not be negative")
      }
      checked.slowStatementThreshold = min(threshold, Self.century)
    }
    return checked
  }

  private static let mostConnections = 65_536
  private static let century = Duration.seconds(3_155_760_000)

  private mutating func check(
    _ path: WritableKeyPath<Self, Duration>, _ name: String, mayBeZero: Bool
  ) throws(DatabaseError) {
    let value = self[keyPath: path]
    guard value > .zero || mayBeZero && value == .zero else {
      throw .misuse(
        "\(name) is \(value); it must \(mayBeZero ? "not be negative" : "be above zero")")
    }
    self[keyPath: path] = min(value, Self.century)
  }
}
