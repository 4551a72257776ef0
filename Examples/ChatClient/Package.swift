// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

// What the tests of the drivers beside it use to talk with the chat server.
let package = Package(
  name: "chat-client",
  products: [.library(name: "ChatClient", targets: ["ChatClient"])],
  targets: [.target(name: "ChatClient", swiftSettings: strict)]
)
