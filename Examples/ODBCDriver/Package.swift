// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "odbc-driver",
  products: [
    .library(name: "DriverODBC", targets: ["DriverODBC"]),
    .executable(name: "odbc-chat-server", targets: ["ODBCChatServer"]),
  ],
  dependencies: [
    .package(name: "dovetail", path: "../..", traits: []),
    .package(name: "example-support", path: "../Support"),
  ],
  targets: [
    .systemLibrary(name: "CODBC", pkgConfig: "odbc", providers: [.apt(["unixodbc-dev"])]),
    .target(
      name: "DriverODBC",
      dependencies: ["CODBC", .product(name: "DriverAPI", package: "dovetail")],
      swiftSettings: strict),
    .executableTarget(
      name: "ODBCChatServer",
      dependencies: ["DriverODBC", .product(name: "Server", package: "dovetail")],
      swiftSettings: strict),
    .testTarget(
      name: "DriverODBCTests",
      dependencies: [
        "DriverODBC", "ODBCChatServer",
        .product(name: "ChatClient", package: "example-support"),
        .product(name: "OneAtATime", package: "example-support"),
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverConformance", package: "dovetail"),
        .product(name: "DriverFaults", package: "dovetail"),
      ],
      swiftSettings: strict),
  ]
)
