// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// What the tests of the drivers beside it share: a client of the chat, and turns for what measures memory.
let package = Package(
  name: "example-support",
  products: [
    .library(name: "ChatClient", targets: ["ChatClient"]),
    .library(name: "OneAtATime", targets: ["OneAtATime"]),
  ],
  targets: [
    .target(name: "ChatClient", swiftSettings: strict),
    .target(name: "OneAtATime", swiftSettings: strict),
  ]
)
