// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "tour",
  dependencies: [.package(name: "dovetail", path: "../..")],
  targets: [
    .executableTarget(
      name: "Tour",
      dependencies: [
        .product(name: "DriverAPI", package: "dovetail"),
        .product(name: "DriverSQLite", package: "dovetail"),
      ])
  ])
