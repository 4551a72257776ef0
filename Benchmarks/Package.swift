// swift-tools-version: 6.2
import PackageDescription

/// The rules every Swift target of this package is compiled under: those of the framework itself.
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
  name: "dovetail-benchmarks",
  products: [
    .executable(name: "database-benchmarks", targets: ["DatabaseBenchmarks"]),
    .executable(name: "chat-load", targets: ["ChatLoad"]),
    .executable(name: "kill-test", targets: ["KillTest"]),
  ],
  dependencies: [
    .package(name: "dovetail", path: ".."),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // What the databases can do at most: the same work, in C, without any layer above the libraries.
    .target(name: "CRawWork", cSettings: [.treatAllWarnings(as: .error)]),
    .target(
      name: "CRawSQLite", dependencies: ["CRawWork"], cSettings: [.treatAllWarnings(as: .error)],
      linkerSettings: [.linkedLibrary("sqlite3")]),
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .target(
      name: "CRawPostgres", dependencies: ["CLibPQ", "CRawWork"],
      cSettings: [.treatAllWarnings(as: .error)]),
    .systemLibrary(
      name: "CLibMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
    .target(
      name: "CRawMariaDB", dependencies: ["CLibMariaDB", "CRawWork"],
      cSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "DatabaseBenchmarks",
      dependencies: [
        "CRawMariaDB",
        "CRawPostgres",
        "CRawSQLite",
        "CRawWork",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverMySQL", package: "dovetail"),
        .product(name: "DriverPostgres", package: "dovetail"),
        .product(name: "DriverSQLite", package: "dovetail"),
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: strict),

    // The socket and the wire of the chat, shared by everything that talks to a server.
    .target(
      name: "ChatClient",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ChatLoad",
      dependencies: [
        "ChatClient",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "KillTest",
      dependencies: [
        "ChatClient",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverSQLite", package: "dovetail"),
        .product(name: "DriverPostgres", package: "dovetail"),
        .product(name: "DriverMySQL", package: "dovetail"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: strict),

    .testTarget(
      name: "ChatClientTests",
      dependencies: ["ChatClient", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
    .testTarget(
      name: "KillTestTests",
      dependencies: ["ChatClient", "KillTest", .product(name: "NIOCore", package: "swift-nio")],
      swiftSettings: strict),
  ]
)
