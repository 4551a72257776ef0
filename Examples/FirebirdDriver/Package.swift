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
  name: "firebird-driver",
  products: [
    .library(name: "DriverFirebird", targets: ["DriverFirebird"]),
    .executable(name: "firebird-chat-server", targets: ["FirebirdChatServer"]),
  ],
  dependencies: [
    .package(name: "dovetail", path: "../..", traits: []),
    .package(name: "example-support", path: "../Support"),
  ],
  targets: [
    .systemLibrary(name: "CFirebird", providers: [.apt(["firebird-dev"])]),
    .target(
      name: "DriverFirebird",
      dependencies: ["CFirebird", .product(name: "DriverAPI", package: "dovetail")],
      swiftSettings: strict),
    .executableTarget(
      name: "FirebirdChatServer",
      dependencies: ["DriverFirebird", .product(name: "Server", package: "dovetail")],
      swiftSettings: strict),
    .testTarget(
      name: "DriverFirebirdTests",
      dependencies: [
        "CFirebird", "DriverFirebird", "FirebirdChatServer",
        .product(name: "ChatClient", package: "example-support"),
        .product(name: "OneAtATime", package: "example-support"),
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverConformance", package: "dovetail"),
      ],
      swiftSettings: strict),
  ]
)
