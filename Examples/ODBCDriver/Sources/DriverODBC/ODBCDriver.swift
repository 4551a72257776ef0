public import DriverAPI

/// Any database that has an ODBC driver, over unixODBC.
///
/// What follows `odbc:` is an ODBC connection string and goes to the driver manager as it stands:
/// `odbc:DSN=sales;UID=me;PWD={a;b?c}`, or without a DSN `odbc:Driver=SQLite3;Database=/tmp/x.db`.
public struct ODBCDriver: Driver {
  private let dialects: [String: Dialect]

  /// A driver to register, or to open a database with.
  ///
  /// - Parameter dialects: for products that this driver does not know, by the name that their ODBC
  ///   driver gives (`SQL_DBMS_NAME`), such as `Oracle`. Without one the SQL is standard SQL, and
  ///   upserts are several statements.
  public init(dialects: [String: Dialect] = [:]) {
    self.dialects = dialects
  }

  /// `odbc`.
  public var schemes: [String] { ["odbc"] }

  /// As many connections as the application configures: which product will answer is not known yet.
  public func plan(for url: DatabaseURL) throws(DatabaseError) -> ConnectionPlan {
    _ = try connectionString(url)
    return ConnectionPlan()
  }

  /// Connects, asks which product answers, and sets the session up.
  public func connect(
    to url: DatabaseURL, as role: ConnectionRole
  ) async throws(DatabaseError) -> any DriverConnection {
    let (string, dialects) = (try connectionString(url), dialects)
    return try await BlockingConnection<ODBCSession>.open(label: "odbc") {
      calls throws(DatabaseError) in try ODBCSession(string, dialects, calls)
    }
  }

  private func connectionString(_ url: DatabaseURL) throws(DatabaseError) -> String {
    // Nothing is an option of ours: the keywords are the ODBC driver's, and it checks them.
    var options = url.options
    try options.finish()
    if let text = url.path { return text }
    throw .misuse("an odbc: URL has no '//'; write odbc:DSN=name;UID=user;PWD={password}")
  }
}
