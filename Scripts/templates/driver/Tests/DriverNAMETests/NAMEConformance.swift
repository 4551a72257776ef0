import DriverAPI
import DriverConformance
import DriverNAME
import Foundation
import Testing

@Suite("NAME keeps the contract")
struct NAMEConformance {
  /// What the engine or its library cannot keep, check by check, with the reason. Such a check runs all the
  /// same and has to fail.
  private static let reasons: [String: String] = [:]

  @Test(arguments: ConformanceSuite.cases(NAMEHarness(), except: reasons))
  func holds(_ promise: ConformanceCase) async throws { try await promise.run() }
}

/// A server that the environment names, and a database of it for each check.
struct NAMEHarness: ConformanceHarness {
  let name = "NAME"
  let driver: any Driver = NAMEDriver()
  private let server =
    ProcessInfo.processInfo.environment["SCHEME_URL".uppercased()] ?? "SCHEME://127.0.0.1"

  /// Make an empty database, and answer with its URL.
  func makeDatabase() async throws -> String { "\(server)/test_\(UInt64.random(in: 0...(.max)))" }

  /// Drop it.
  func removeDatabase(_ url: String) async {}
}
