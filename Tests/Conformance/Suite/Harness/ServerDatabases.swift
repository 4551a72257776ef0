import DriverAPI

/// Schemas or databases of a server.
actor ServerDatabases: CaseDatabases {
  private let url: DatabaseURL
  private let driver: any Driver
  private var opening: Task<ServerRun, any Error>?
  private var number = 0
  private var names: [String: String] = [:]

  init(_ url: DatabaseURL, _ driver: any Driver) {
    self.url = url
    self.driver = driver
  }

  func make() async throws -> String {
    let run = try await run()
    number += 1
    let name = "\(CaseName.prefix)\(run.number)_\(number)"
    try await run.create(name)
    let text = run.namespaces.url(url, name).textWithSecrets
    names[text] = name
    return text
  }

  func remove(_ url: String) async {
    guard let name = names[url], let run = try? await opening?.value else { return }
    if await run.drop(name) { names[url] = nil }
  }

  func close() async -> [String] {
    guard let run = try? await opening?.value else { return [] }
    for url in names.keys { await remove(url) }
    await run.close()
    opening = nil
    return names.values.sorted()
  }

  /// The run's sessions, opened by the first who asks.
  private func run() async throws -> ServerRun {
    if let opening { return try await opening.value }
    let task = Task { [url, driver] in try await ServerRun.begin(url, driver) }
    opening = task
    do { return try await task.value } catch {
      // The next case tries again: the server may only have been slow to start.
      if opening == task { opening = nil }
      throw error
    }
  }
}
