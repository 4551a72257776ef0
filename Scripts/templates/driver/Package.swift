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
  name: "SCHEME-driver",
  products: [
    .library(name: "DriverNAME", targets: ["DriverNAME"]),
    .executable(name: "SCHEME-chat-server", targets: ["NAMEChatServer"]),
  ],
  dependencies: [
    // Without its traits, the framework brings no other driver along.
    .package(name: "dovetail", path: "DOVETAIL", traits: [])
  ],
  targets: [
    // The C library, once there is one:
    // .systemLibrary(name: "CNAME", pkgConfig: "SCHEME", providers: [.apt(["libSCHEME-dev"])]),
    .target(
      name: "DriverNAME",
      dependencies: [.product(name: "DriverAPI", package: "dovetail")],
      swiftSettings: strict),
    .executableTarget(
      name: "NAMEChatServer",
      dependencies: ["DriverNAME", .product(name: "Server", package: "dovetail")],
      swiftSettings: strict),
    .testTarget(
      name: "DriverNAMETests",
      dependencies: [
        "DriverNAME",
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverConformance", package: "dovetail"),
      ],
      swiftSettings: strict),
  ]
)
