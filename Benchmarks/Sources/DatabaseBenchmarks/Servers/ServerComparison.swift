import DriverAPI

/// All cases on one server.
struct ServerComparison {
  let address: ServerAddress
  let rows: Int64
  let rounds: Int
  let isQuick: Bool

  /// Prints a line for each of the cases that are selected.
  ///
  /// - Parameters:
  ///   - names: the cases; all of them if it is empty.
  ///   - contenders: the contenders; all of them if it is empty.
  func run(cases names: [String], contenders chosen: [String]) async throws {
    let works = ServerWork.allCases.filter { names.isEmpty || names.contains($0.rawValue) }
    let measuresMemory = names.isEmpty || names.contains(Compare.memoryCase)
    if works.isEmpty, !measuresMemory { return }
    let database = try await address.open()
    report(try await address.description(of: database))
    let fixture = try await ServerFixture(database, rows: rows)
    do {
      let contenders = try await address.contenders().filter { contender in
        chosen.isEmpty || chosen.contains(contender.name)
      }
      try await run(works, contenders, fixture)
      for contender in contenders { await contender.close() }
      if measuresMemory { try reportMemory(of: contenders) }
    } catch {
      try await fixture.remove()
      throw error
    }
    try await fixture.remove()
    await database.close()
  }

  private func run(
    _ works: [ServerWork], _ contenders: [any ServerContender], _ fixture: ServerFixture
  ) async throws {
    let runner = ServerRunner(
      engine: address.engine, contenders: contenders, rounds: rounds, fixture: fixture)
    for work in works where contenders.contains(where: { $0.takesPart(in: work) }) {
      let count = work.fullCount(on: address.engine)
      report(try await runner.run(work, count: isQuick ? count / 10 : count).line)
    }
  }

  private func reportMemory(of contenders: [any ServerContender]) throws {
    let streaming = contenders.filter { $0.takesPart(in: .streamBorrowed) }.map(\.name)
    let memory = try MemoryReport(streaming, on: address.engine, rows: rows) { name in
      [
        "server-memory-probe", "--engine", address.engine.rawValue, "--contender", name, "--rows",
        "\(rows)",
      ]
    }
    report(memory.line)
  }
}
