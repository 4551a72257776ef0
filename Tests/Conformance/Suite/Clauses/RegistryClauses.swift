import DriverAPI

let registryClauses = [
  Clause("URL-1", "Schemes are matched without regard to case.") { context in
    let registry = try DriverRegistry(context.harness.driver)
    for scheme in context.harness.driver.schemes {
      for spelling in [scheme, scheme.uppercased(), scheme.capitalized] {
        let url = try DatabaseURL("\(spelling):///name")
        let found = try registry.driver(for: url)
        try expect(
          type(of: found) == type(of: context.harness.driver),
          "scheme \(spelling) found \(type(of: found))")
      }
    }
  },

  Clause("URL-1", "An unknown scheme is an error that lists those registered.") { context in
    let registry = try DriverRegistry(context.harness.driver)
    let error = try await expectRefusal(.misuse, "opening nosuchscheme:") {
      try await Database.open("nosuchscheme://somewhere/name", registry: registry)
    }
    try expect(error.message.contains("nosuchscheme"), "\(error) does not name the scheme")
    for scheme in context.harness.driver.schemes {
      try expect(error.message.contains(scheme), "\(error) does not list \(scheme)")
    }
  },

  Clause("URL-2", "Two drivers for one scheme are an error that names both.") { context in
    let driver = context.harness.driver
    let registry = try DriverRegistry(driver)
    try registry.register(driver)
    let rival = RivalDriver(schemes: ["rivalonly", try expectSome(driver.schemes.first, "schemes")])
    let error = try await expectRefusal(.misuse, "registering a rival") {
      try registry.register(rival)
    }
    try expect(error.message.contains("\(type(of: driver))"), "\(error) does not name the first")
    try expect(error.message.contains("RivalDriver"), "\(error) does not name the second")
    try expect(!registry.schemes.contains("rivalonly"), "half of the refused driver was registered")
  },

  Clause("URL-3", "Something with a scheme nobody registered is an error, never a file.") {
    context in
    let registry = try DriverRegistry(context.harness.driver)
    for text in ["nosuchscheme:name", "nosuchscheme://name", "nosuchscheme:/name?mode=rwc"] {
      try await expectRefusal(.misuse, "opening \(text)") {
        try await Database.open(text, registry: registry)
      }
    }
  },
]

/// A driver that is only registered, never opened.
private struct RivalDriver: Driver {
  let schemes: [String]

  func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan { ConnectionPlan() }

  func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    throw .unsupported("this driver exists to be refused")
  }
}

extension String {
  fileprivate var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
