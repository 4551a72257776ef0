import Testing

@testable import DriverAPI

@Suite("What a configuration makes of its values")
struct DatabaseConfigurationTests {
  @Test("the upkeep pauses between two rounds, whatever the times are")
  func upkeepPauses() {
    var configuration = DatabaseConfiguration()
    #expect(Database.upkeepInterval(configuration) == .seconds(300))
    for time in [Duration.zero, .nanoseconds(1), .milliseconds(60)] {
      configuration.idleTimeout = time
      #expect(Database.upkeepInterval(configuration) == .milliseconds(50))
      configuration.idleTimeout = .seconds(600)
      configuration.maxLifetime = time
      #expect(Database.upkeepInterval(configuration) == .milliseconds(50))
      configuration.maxLifetime = .seconds(3600)
    }
    configuration.idleTimeout = .seconds(1_000_000)
    configuration.maxLifetime = .seconds(2_000_000)
    #expect(Database.upkeepInterval(configuration) == .seconds(3600))
  }

  @Test("times beyond a century are one, so that no clock overflows")
  func longTimes() throws {
    var configuration = DatabaseConfiguration()
    configuration.leaseTimeout = .seconds(Int64.max)
    configuration.statementTimeout = .seconds(Int64.max)
    let checked = try configuration.checked()
    #expect(checked.leaseTimeout == .seconds(3_155_760_000))
    #expect(checked.statementTimeout == .seconds(3_155_760_000))
    #expect(checked.idleTimeout == .seconds(600))
  }
}
