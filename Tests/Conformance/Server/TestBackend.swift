import DriverAPI
import DriverSQLite
import Foundation
import Testing

/// An engine on which the tests of the chat run.
struct TestBackend: Sendable, CustomTestStringConvertible {
  let driver: any Driver
  /// A database of a server whose user may create others; nil where a file is enough.
  let serverURL: String?

  var name: String { driver.schemes.first ?? "" }
  var testDescription: String { name }

  static let sqlite = TestBackend(driver: SQLiteDriver(), serverURL: nil)
  /// Every engine that can be reached.
  static let all = [sqlite] + servers
  /// Those that are servers of their own.
  static let servers: [TestBackend] = []
}
