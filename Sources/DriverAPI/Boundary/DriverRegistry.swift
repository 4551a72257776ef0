/// The drivers a program was assembled with, by URL scheme.
///
/// A program registers its drivers once, where it is put together, and opens databases by URL
/// everywhere else.
public final class DriverRegistry: Sendable {
  /// The registry that ``Database/open(_:configuration:registry:)`` uses unless told otherwise.
  public static let shared = DriverRegistry()

  private let drivers = Mutex<[String: any Driver]>([:])

  /// A registry of its own, with these drivers.
  ///
  /// - Throws: `misuse` if two of them claim one scheme.
  public init(_ drivers: any Driver...) throws(DatabaseError) {
    for driver in drivers { try register(driver) }
  }

  /// An empty registry.
  public init() {}

  /// Adds a driver under each of its schemes. Adding the same driver type again changes nothing.
  ///
  /// - Throws: `misuse` that names both drivers if another one has a scheme already; then none of
  ///   the new driver's schemes is added. [URL-2]
  public func register(_ driver: any Driver) throws(DatabaseError) {
    let schemes = driver.schemes.map { $0.lowercased() }
    let clash: DatabaseError? = drivers.withLock { known in
      for scheme in schemes {
        if let other = known[scheme], type(of: other) != type(of: driver) {
          return .misuse(
            "scheme \"\(scheme)\" is claimed by both \(type(of: other)) and \(type(of: driver)); "
              + "register one of them")
        }
      }
      for scheme in schemes { known[scheme] = driver }
      return nil
    }
    if let clash { throw clash }
  }

  /// The schemes that can be opened, sorted.
  public var schemes: [String] { drivers.withLock { $0.keys.sorted() } }

  /// The driver for a URL.
  ///
  /// - Throws: `misuse` that lists the registered schemes if none fits. [URL-1]
  public func driver(for url: DatabaseURL) throws(DatabaseError) -> any Driver {
    let (driver, known) = drivers.withLock { ($0[url.scheme.lowercased()], $0.keys.sorted()) }
    if let driver { return driver }
    let list = known.isEmpty ? "none: register a driver first" : known.joined(separator: ", ")
    throw .misuse("no driver for scheme \"\(url.scheme)\"; registered: \(list)")
  }
}
