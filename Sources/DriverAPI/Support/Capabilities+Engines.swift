extension Capabilities {
  /// What SQLite can do with a file; a driver takes away what its client library loses.
  public static let sqlite: Capabilities = {
    var capabilities = Capabilities()
    capabilities.concurrentWrites = false
    capabilities.notANumber = false
    capabilities.negativeZero = false
    capabilities.deadlockDetection = false
    capabilities.weakIsolation = false
    capabilities.networkSession = false
    capabilities.socketAccess = false
    return capabilities
  }()

  /// What PostgreSQL can do; a driver takes away what its client library loses.
  public static let postgres: Capabilities = {
    var capabilities = Capabilities()
    capabilities.nulInText = false
    return capabilities
  }()

  /// What MySQL and MariaDB can do; a driver takes away what its client library loses.
  public static let mysql: Capabilities = {
    var capabilities = Capabilities()
    // Every statement on the schema commits.
    capabilities.transactionalDDL = false
    capabilities.unsignedIntegers = true
    capabilities.notANumber = false
    capabilities.infinities = false
    capabilities.negativeZero = false
    return capabilities
  }()
}
