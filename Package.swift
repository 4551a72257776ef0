// swift-tools-version: 6.2
import PackageDescription

/// The one set of rules that every target of this package is compiled under.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableExperimentalFeature("Lifetimes"),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "dovetail",
  products: [
    .library(name: "DriverAPI", targets: ["DriverAPI"]),
    .library(name: "DriverSQLite", targets: ["DriverSQLite"]),
    .library(name: "DriverPostgres", targets: ["DriverPostgres"]),
    .library(name: "DriverMySQL", targets: ["DriverMySQL"]),
    .library(name: "DriverConformance", targets: ["DriverConformance"]),
    .library(name: "DriverFaults", targets: ["DriverFaults"]),
    .executable(name: "dovetail-server", targets: ["ServerLaunch"]),
    .library(name: "Server", targets: ["Server"]),
    .library(name: "SQLLogicTest", targets: ["SQLLogicTest"]),
    .executable(name: "dovetail-conformance", targets: ["ConformanceTool"]),
  ],
  traits: [
    .trait(name: "SQLite", description: "Build the server with the SQLite driver."),
    .trait(name: "Postgres", description: "Build the server with the PostgreSQL driver."),
    .trait(name: "MySQL", description: "Build the server with the MySQL and MariaDB driver."),
    .default(enabledTraits: ["SQLite"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  ],
  targets: [
    // The framework: no driver, no server, no C library.
    .target(
      name: "DriverAPI",
      dependencies: [
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
      ],
      swiftSettings: strict),

    // The drivers, each beside the module map of its C library.
    .systemLibrary(
      name: "CSQLite", path: "Sources/Drivers/SQLite/CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"])]),
    .target(
      name: "DriverSQLite", dependencies: ["DriverAPI", "CSQLite"],
      path: "Sources/Drivers/SQLite", exclude: ["CSQLite"], swiftSettings: strict),
    .systemLibrary(
      name: "CPostgres", path: "Sources/Drivers/Postgres/CPostgres", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"])]),
    .target(
      name: "DriverPostgres", dependencies: ["DriverAPI", "EventLoop", "CPostgres"],
      path: "Sources/Drivers/Postgres", exclude: ["CPostgres"], swiftSettings: strict),
    .systemLibrary(
      name: "CMariaDB", path: "Sources/Drivers/MySQL/CMariaDB", pkgConfig: "libmariadb",
      providers: [.apt(["libmariadb-dev"])]),
    .target(
      name: "DriverMySQL", dependencies: ["DriverAPI", "EventLoop", "CMariaDB"],
      path: "Sources/Drivers/MySQL", exclude: ["CMariaDB"], swiftSettings: strict),

    // The waiting for sockets that the drivers of servers share.
    .systemLibrary(name: "CEpoll", path: "Sources/Drivers/EventLoop/CEpoll"),
    .target(
      name: "EventLoop", dependencies: ["DriverAPI", "CEpoll"],
      path: "Sources/Drivers/EventLoop", exclude: ["CEpoll"], swiftSettings: strict),

    // Faults to test drivers with: a proxy that cuts and stalls, a driver that fails at the n-th call.
    .target(
      name: "DriverFaults", dependencies: ["DriverAPI"], path: "Tests/Conformance/Faults",
      swiftSettings: strict),

    // The contract as checks that any driver can be held to.
    .target(
      name: "DriverConformance",
      dependencies: [
        "DriverAPI", "DriverFaults",
        .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ],
      path: "Tests/Conformance/Suite", swiftSettings: strict),

    // The sqllogictest format: an oracle that no one of this project has written.
    .target(
      name: "SQLLogicTest", dependencies: ["DriverAPI"], path: "Tests/Conformance/SQLLogicTest",
      exclude: ["Records"], swiftSettings: strict),

    // The contract and the oracle as a program; traits choose the drivers it is linked with.
    .executableTarget(
      name: "ConformanceTool",
      dependencies: [
        "DriverAPI", "DriverConformance", "SQLLogicTest",
        .target(name: "DriverSQLite", condition: .when(traits: ["SQLite"])),
        .target(name: "DriverPostgres", condition: .when(traits: ["Postgres"])),
        .target(name: "DriverMySQL", condition: .when(traits: ["MySQL"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Conformance/Tool", swiftSettings: strict),

    // The chat server; traits choose the drivers it is linked with.
    .target(
      name: "Server",
      dependencies: [
        "DriverAPI",
        .target(name: "DriverSQLite", condition: .when(traits: ["SQLite"])),
        .target(name: "DriverPostgres", condition: .when(traits: ["Postgres"])),
        .target(name: "DriverMySQL", condition: .when(traits: ["MySQL"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      exclude: ["Launch"], swiftSettings: strict),
    .executableTarget(
      name: "ServerLaunch", dependencies: ["Server"], path: "Sources/Server/Launch",
      swiftSettings: strict),

    .testTarget(
      name: "UnitTests",
      dependencies: [
        "DriverAPI", "DriverFaults", "DriverSQLite", "Server",
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Conformance/Unit", swiftSettings: strict),
    .testTarget(
      name: "DriverTests",
      dependencies: [
        "DriverAPI", "DriverConformance", "DriverFaults", "DriverSQLite", "DriverPostgres",
        "DriverMySQL", "EventLoop",
      ],
      path: "Tests/Conformance/Drivers", swiftSettings: strict),
    .testTarget(
      name: "SaboteurTests",
      dependencies: [
        "DriverAPI", "DriverConformance", "DriverSQLite", "DriverPostgres", "DriverMySQL",
      ],
      path: "Tests/Conformance/Saboteurs", swiftSettings: strict),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "DriverAPI", "DriverFaults", "DriverSQLite", "DriverPostgres", "DriverMySQL", "Server",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
        .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOWebSocket", package: "swift-nio"),
      ],
      path: "Tests/Conformance/Server", swiftSettings: strict),
    .testTarget(
      name: "OracleTests",
      dependencies: [
        "DriverAPI", "DriverConformance", "DriverSQLite", "DriverPostgres", "DriverMySQL",
        "SQLLogicTest",
      ],
      path: "Tests/Conformance/Oracle", swiftSettings: strict),
  ]
)
