extension Database {
  /// Opens the database that a URL names, with the driver registered for its scheme.
  ///
  /// Connects once before it returns, so that a wrong address or password is found here and not at
  /// the first statement.
  ///
  /// - Parameters:
  ///   - url: as the driver documents it.
  ///   - registry: where the driver is looked up.
  /// - Throws: `misuse` for an unknown scheme or a mistake in the URL, else what connecting throws.
  public static func open(
    _ url: String, configuration: DatabaseConfiguration = DatabaseConfiguration(),
    registry: DriverRegistry = .shared
  ) async throws(DatabaseError) -> Database {
    let url = try DatabaseURL(url)
    return try await open(url, with: registry.driver(for: url), configuration: configuration)
  }

  /// Opens a database with a driver that is not registered anywhere.
  ///
  /// - Throws: as ``open(_:configuration:registry:)``.
  public static func open(
    _ url: DatabaseURL, with driver: any Driver,
    configuration: DatabaseConfiguration = DatabaseConfiguration()
  ) async throws(DatabaseError) -> Database {
    let plan = try driver.plan(for: url)
    try check(plan)
    let configuration = try configuration.checked()
    let instruments = Instruments(configuration: configuration, scheme: url.scheme)
    let endpoints = EndpointWatch()
    func pool(_ role: ConnectionRole, _ count: Int) -> ConnectionPool {
      ConnectionPool(
        role: role, maxConnections: count, plan: plan,
        configuration: configuration, instruments: instruments, endpoints: endpoints,
        connect: { () async throws(DatabaseError) in try await driver.connect(to: url, as: role) })
    }
    // What may be open besides those that write; one connection serves for everything. [POOL-12]
    let room = configuration.maxConnections - 1
    let (readerCount, pipelineCount) = (min(plan.maxReaders, room), min(plan.maxPipelines, room))
    let writers = pool(.writer, plan.maxWriters ?? configuration.maxConnections)
    let first = try await writers.lease(at: CallSite(file: #fileID, line: #line))
    defer { Lease(first, pool: writers).end() }
    return Database(
      server: first.driver.server, url: url, writers: writers,
      readers: readerCount > 0 ? pool(.reader, readerCount) : nil,
      pipelines: pipelineCount == 0
        ? nil
        : PipelineGroup(
          maxCount: pipelineCount, configuration: configuration, instruments: instruments,
          endpoints: endpoints,
          open: { () async throws(DatabaseError) in try await driver.openPipeline(to: url) }),
      connect: { () async throws(DatabaseError) in try await driver.connect(to: url, as: .writer) },
      configuration: configuration, instruments: instruments, taskExecutor: driver.taskExecutor)
  }

  private static func check(_ plan: ConnectionPlan) throws(DatabaseError) {
    guard (plan.maxWriters ?? 1) > 0 else {
      throw .misuse("the driver plans no connection that may write; it must allow at least 1")
    }
  }
}
