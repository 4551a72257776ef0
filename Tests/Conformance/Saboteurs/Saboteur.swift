import DriverAPI

/// A driver around an honest one that breaks one promise.
struct Saboteur: Driver {
  let driver: any Driver
  let sabotage: Sabotage

  var schemes: [String] { driver.schemes }

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    if let plan = sabotage.plan { return try plan(driver, url) }
    return try driver.plan(for: url)
  }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    try await sabotage.connect?()
    do {
      var target = url
      if let change = sabotage.url { target = try DatabaseURL(change("\(url)")) }
      let connection = try await driver.connect(to: target, as: role)
      let saboteur = SaboteurConnection(connection, sabotage)
      if let greeting = sabotage.greeting { _ = try await saboteur.run(greeting) }
      return saboteur
    } catch {
      throw sabotage.told(error) ?? error
    }
  }
}
