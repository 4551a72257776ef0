import DriverAPI
import DriverFaults
import DriverPostgres
import Foundation
import Testing

@Suite("Connecting to PostgreSQL", .enabled(if: PostgresServer.plain != nil))
struct PostgresConnectTests {
  private let server: PostgresServer
  private let encrypted: PostgresServer
  private let parts: URLComponents

  init() throws {
    server = try #require(PostgresServer.plain)
    encrypted = try #require(PostgresServer.encrypted)
    parts = try #require(URLComponents(string: server.url))
  }

  private var place: String { "127.0.0.1:\(parts.port ?? 0)" }

  /// What is told at once, also beside a thousand other tests, comes long before this time is over.
  private static let patient: DatabaseConfiguration = {
    var configuration = DatabaseConfiguration()
    configuration.connectTimeout = .seconds(60)
    return configuration
  }()

  private func failure(
    _ url: String
  ) async throws -> DatabaseError {
    let start = ContinuousClock.now
    let error = try await #require(throws: DatabaseError.self) {
      _ = try await Database.open(
        DatabaseURL(url), with: PostgresDriver(), configuration: Self.patient)
    }
    #expect(ContinuousClock.now - start < .seconds(30))
    #expect(error.connection == .spent && error.execution == .notSent)
    if let password = parts.password { #expect(!"\(error)".contains(password)) }
    return error
  }

  private func url(_ change: (inout URLComponents) -> Void) -> String {
    var changed = parts
    change(&changed)
    return changed.string ?? ""
  }

  @Test("CONN-2: a wrong password is told as one, with the host")
  func wrongPassword() async throws {
    let error = try await failure(url { $0.password = "wrong" })
    #expect(error.kind == .authenticationFailed && error.details.sqlState == "28P01")
    #expect(error.details.host == place && error.message.contains("password"))
  }

  @Test("CONN-2: no password, where one is asked for, is told apart from a wrong one")
  func noPassword() async throws {
    let error = try await failure(url { $0.password = nil })
    #expect(error.kind == .authenticationFailed)
    #expect(error.message.contains("asks for a password"))
  }

  @Test("CONN-2: an unknown database is told by its name")
  func unknownDatabase() async throws {
    let error = try await failure(url { $0.path = "/nowhere" })
    #expect(error.kind == .cannotConnect && error.details.sqlState == "3D000")
    #expect(error.message.contains("nowhere") && error.details.host == place)
  }

  @Test("CONN-2: a port on which nobody listens is told as refused")
  func refusedPort() async throws {
    let error = try await failure(url { $0.port = 1 })
    #expect(error.kind == .cannotConnect && error.details.host == "127.0.0.1:1")
    #expect(error.details.nativeCode == Int(ECONNREFUSED))
  }

  @Test("CONN-2: a socket that is not there is told by its path")
  func missingSocket() async throws {
    let error = try await failure("host=/nonexistent user=dovetail dbname=dovetail")
    #expect(error.kind == .cannotConnect && error.details.nativeCode == Int(ENOENT))
    #expect(error.details.host == "/nonexistent/.s.PGSQL.5432")
  }

  @Test("CONN-2: a host name without an address is told by its name")
  func unresolvableHost() async throws {
    let error = try await failure(
      url { $0.host = "no-such-host.invalid" })
    #expect(error.kind == .cannotConnect)
    #expect(error.message.contains("no-such-host.invalid") && error.message.contains("no address"))
  }

  @Test("URL-5: ssl=true encrypts, ssl=false does not, and beside sslmode it is refused")
  func sslInOneWord() async throws {
    let question: SQL = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    for isOn in [true, false] {
      let database = try await Database.open(
        DatabaseURL(url { $0.query = "ssl=\(isOn)" }), with: PostgresDriver())
      #expect(try await database.single(question, as: Bool.self) == isOn)
      await database.close()
    }
    let error = #expect(throws: DatabaseError.self) {
      _ = try PostgresDriver().plan(for: DatabaseURL("postgres://h/d?ssl=true&sslmode=disable"))
    }
    #expect(error?.kind == .misuse && error?.message.contains("sslmode") == true)
  }

  @Test("CONN-2: TLS that is demanded and not offered is told so")
  func noTLS() async throws {
    let cluster = try await PostgresCluster()
    defer { cluster.remove() }
    let error = try await failure(cluster.url + "?sslmode=require")
    #expect(error.kind == .tls && error.message.contains("offers no TLS"))
  }

  @Test(
    "CONN-2: a connection that is cut before TLS stands does not say that there is none",
    arguments: [Fault.Direction.toServer, .toClient])
  func cutBeforeTLS(_ direction: Fault.Direction) async throws {
    let proxy = try FaultProxy(for: DatabaseURL(url { $0.query = "sslmode=require" }))
    defer { proxy.close() }
    proxy.arm(Fault(.cut, direction))
    let driver = PostgresDriver()
    let error = await #expect(throws: DatabaseError.self) {
      _ = try await driver.connect(to: proxy.url, as: .writer)
    }
    #expect(error?.kind == .cannotConnect, "\(String(describing: error))")
    // And it is there, with TLS.
    let connection = try await driver.connect(to: proxy.url, as: .writer)
    await connection.close()
  }

  @Test("CONN-2: a certificate of an authority that is not trusted is an error of TLS")
  func untrustedCertificate() async throws {
    let other = try #require(ProcessInfo.processInfo.environment["DOVETAIL_OTHER_CA"])
    for mode in ["verify-ca", "verify-full"] {
      let error = try await failure(
        url { $0.query = "sslmode=\(mode)&sslrootcert=\(other)" })
      #expect(error.kind == .tls && error.message.contains("trusted authority"), "\(error)")
      #expect(error.details.host == place)
    }
  }

  @Test("CONN-2: a certificate for another host name is an error of TLS")
  func wrongHostName() async throws {
    let parts = try #require(URLComponents(string: encrypted.url))
    // The same server under a name that is not in its certificate.
    let error = try await failure(
      url {
        $0.host = "localhost.localdomain"
        $0.query = (parts.query ?? "") + "&hostaddr=127.0.0.1"
      })
    #expect(error.kind == .tls && error.message.contains("another host name"), "\(error)")
  }

  @Test("CONN-2: a missing file of trusted certificates is told by its name")
  func missingRootCertificate() async throws {
    let error = try await failure(
      url { $0.query = "sslmode=verify-full&sslrootcert=/nonexistent/ca.crt" })
    #expect(error.kind == .tls && error.message.contains("/nonexistent/ca.crt"), "\(error)")
  }

  @Test("CONN-6: of several hosts the first that answers is used")
  func severalHosts() async throws {
    let port = try #require(parts.port)
    let list = "127.0.0.1:1,no-such-host.invalid:\(port),\(place)"
    let db = try await Database.open(
      DatabaseURL(server.url.replacing(place, with: list)), with: PostgresDriver())
    try await db.ping()
    await db.close()
  }

  @Test("CONN-6: a host that is silent is passed over after the connect_timeout")
  func silentHost() async throws {
    let silent = try SilentListener()
    let list = "127.0.0.1:\(silent.port),\(place)"
    let db = try await Database.open(
      DatabaseURL(server.url.replacing(place, with: list) + "&connect_timeout=1"),
      with: PostgresDriver())
    try await db.ping()
    await db.close()
  }

  @Test("CONN-6: a session that must only read finds no server among writable ones")
  func noStandby() async throws {
    let error = try await failure(server.url(["target_session_attrs": "standby"]))
    #expect(error.kind == .cannotConnect && error.details.host == place)
    let db = try await server.open(["target_session_attrs": "read-write"])
    await db.close()
  }

  @Test("URL-5: an option that neither the driver nor libpq knows is refused by name")
  func unknownOption() throws {
    let error = #expect(throws: DatabaseError.self) {
      _ = try PostgresDriver().plan(for: DatabaseURL("postgres://h/d?sslmodus=require"))
    }
    #expect(error?.kind == .misuse && error?.message.contains("sslmodus") == true)
    #expect(throws: DatabaseError.self) {
      _ = try PostgresDriver().plan(for: DatabaseURL("postgres://h/d?client_encoding=LATIN1"))
    }
    #expect(throws: DatabaseError.self) {
      _ = try PostgresDriver().plan(
        for: DatabaseURL("postgres://h/d?statement_cache=off&pipelines=2"))
    }
  }
}
