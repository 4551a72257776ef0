import DriverAPI

/// A driver around an honest one that breaks one promise.
struct Saboteur: Driver {
  let driver: any Driver
  let sabotage: Sabotage

  var schemes: [String] { driver.schemes }

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    if let plan = sabotage.plan { return try plan(driver, url) }
    var plan = try driver.plan(for: url)
    // Most sabotages stand in the way of sessions that are leased.
    if sabotage.pipelined == nil { plan.maxPipelines = 0 }
    return plan
  }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    try await sabotage.connect?()
    do {
      var target = url
      if sabotage.knowsOneHost { target = url.replacingHosts(Array(url.hosts.prefix(1))) }
      if let option = sabotage.passesOver { target = target.setting(option: option, to: nil) }
      if let change = sabotage.url { target = try DatabaseURL(change("\(url)")) }
      let connection = try await driver.connect(to: target, as: role)
      let saboteur = SaboteurConnection(connection, sabotage)
      if let greeting = sabotage.greeting { _ = try await saboteur.run(greeting) }
      return saboteur
    } catch {
      throw sabotage.told(error) ?? error
    }
  }

  func openPipeline(to url: DatabaseURL) async throws(DatabaseError) -> any DriverPipeline {
    let target = sabotage.passesOver.map { url.setting(option: $0, to: nil) } ?? url
    return SaboteurPipeline(try await driver.openPipeline(to: target), sabotage)
  }
}

/// A session that tasks share and that breaks one promise.
private final class SaboteurPipeline: DriverPipeline {
  private let pipeline: any DriverPipeline
  private let sabotage: Sabotage

  init(_ pipeline: any DriverPipeline, _ sabotage: Sabotage) {
    self.pipeline = pipeline
    self.sabotage = sabotage
  }

  func run(
    _ text: StatementText, _ parameters: [Value], number: UInt64
  ) async throws(DatabaseError) -> PipelineResult {
    guard let pipelined = sabotage.pipelined else {
      return try await pipeline.run(text, parameters, number: number)
    }
    return try await pipelined(text) { () async throws(DatabaseError) in
      try await pipeline.run(text, parameters, number: number)
    }
  }

  func interrupt(number: UInt64) { pipeline.interrupt(number: number) }

  func abandon() { pipeline.abandon() }

  var endpoint: String? { sabotage.hidesEndpoint ? nil : pipeline.endpoint }

  func close() async { await pipeline.close() }
}
