import Foundation
import Testing

@testable import Server

@Suite struct ConfigurationLoadTests {
  /// Loads with a directory of its own, in which `.env` holds `file` if there is one.
  private func load(
    _ environment: [String: String] = [:], file: String? = nil, flags: ServerFlags = ServerFlags()
  ) throws -> ServerConfiguration {
    let directory = NSTemporaryDirectory() + "dovetail-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    defer {
      do { try FileManager.default.removeItem(atPath: directory) } catch {
        Issue.record("\(error)")
      }
    }
    if let file { try file.write(toFile: directory + "/.env", atomically: true, encoding: .utf8) }
    var flags = flags
    flags.configurationDirectory = directory
    return try ServerConfiguration.load(flags: flags, environment: environment)
  }

  private func failure(
    _ environment: [String: String], flags: ServerFlags = ServerFlags()
  ) -> ConfigurationError? {
    #expect(throws: ConfigurationError.self) { try load(environment, flags: flags) }
  }

  @Test func nothingIsRequired() throws {
    let configuration = try load()
    #expect(configuration.port == 8080)
    #expect(!configuration.hasAdmins)
    #expect(configuration.database == configuration.directory + "/marchat.db")
    #expect(configuration.allowedUsers == nil)
    #expect(configuration.maxFileBytes == 1 << 20)
    #expect(configuration.isRateLimited && configuration.restoresChannel)
    #expect(configuration.warnings.isEmpty)
  }

  @Test func theEnvironmentWinsOverTheFileAndFlagsWinOverBoth() throws {
    let file = "MARCHAT_PORT=9090\nMARCHAT_DB_PATH=/x.db\nMARCHAT_ADMIN_KEY=file"
    let environment = [
      "MARCHAT_PORT": "9191", "MARCHAT_USERS": "Alice, bob", "MARCHAT_DB_PATH": "",
    ]
    let configuration = try load(environment, file: file)
    #expect(configuration.port == 9191)
    #expect(configuration.database == "/x.db")
    #expect(configuration.adminKey == "file")
    #expect(configuration.admins == ["alice", "bob"])
    let flags = ServerFlags(port: 9292, admins: ["carol"], adminKey: "flag")
    let overridden = try load(environment, file: file, flags: flags)
    #expect(overridden.port == 9292)
    #expect(overridden.adminKey == "flag")
    #expect(overridden.admins == ["carol"])
  }

  @Test func everyOtherVariable() throws {
    let configuration = try load([
      "MARCHAT_MAX_FILE_MB": "40", "MARCHAT_BAN_HISTORY_GAPS": "TRUE",
      "MARCHAT_ALLOWED_USERS": " Alice,,bob ", "MARCHAT_ALLOWED_ORIGINS": "https://a.example, b",
      "MARCHAT_TRUSTED_PROXIES": "10.0.0.0/8,::1", "MARCHAT_MESSAGE_RETENTION_MAX": "50",
      "MARCHAT_MESSAGE_TTL_HOURS": "24", "DOVETAIL_RATE_LIMIT": "off",
      "DOVETAIL_RESTORE_CHANNEL": "Off", "DOVETAIL_BIND": "127.0.0.1",
      "DOVETAIL_MAX_CONNECTIONS": "7", "DOVETAIL_MAX_CONNECTIONS_PER_IP": "3",
      "DOVETAIL_MAX_TEXT_BYTES": "100", "MARCHAT_TLS_CERT_FILE": "/c", "MARCHAT_TLS_KEY_FILE": "/k",
      "MARCHAT_JWT_SECRET": "s", "MARCHAT_LOG_LEVEL": "debug", "DOVETAIL_DRAIN_SECONDS": "12",
    ])
    #expect(configuration.maxFileBytes == 40 << 20)
    #expect(configuration.maxMessageBytes == 55_924_604)
    #expect(configuration.hidesHistoryOfBans)
    #expect(configuration.allowedUsers == ["alice", "bob"])
    #expect(configuration.allowedOrigins == ["https://a.example", "b"])
    #expect(configuration.trustedProxies.networks.count == 2)
    #expect(configuration.retentionMax == 50)
    #expect(configuration.messageTTLHours == 24)
    #expect(!configuration.isRateLimited && !configuration.restoresChannel)
    #expect(configuration.bindAddress == "127.0.0.1")
    #expect(configuration.maxConnections == 7)
    #expect(configuration.maxConnectionsPerIP == 3)
    #expect(configuration.maxTextBytes == 100)
    #expect(configuration.drainSeconds == 12)
    #expect(configuration.tlsFiles == .init(certificate: "/c", key: "/k"))
    #expect(configuration.sessionSecret == "s")
    #expect(configuration.logLevel == "debug")
  }

  @Test func anAllowlistOfBlanksAllowsNobody() throws {
    #expect(try load(["MARCHAT_ALLOWED_USERS": " , "]).allowedUsers == [])
  }

  @Test(arguments: [
    ("MARCHAT_PORT", "0", "port must be between 1 and 65535, got 0"),
    ("MARCHAT_PORT", "65536", "port must be between 1 and 65535, got 65536"),
    ("MARCHAT_PORT", " 80", "invalid MARCHAT_PORT:  80"),
    ("MARCHAT_PORT", "x", "invalid MARCHAT_PORT: x"),
    ("MARCHAT_MAX_FILE_BYTES", "0", "invalid MARCHAT_MAX_FILE_BYTES: 0"),
    ("DOVETAIL_DRAIN_SECONDS", "-1", "invalid DOVETAIL_DRAIN_SECONDS: -1"),
    ("DOVETAIL_DRAIN_SECONDS", "3601", "invalid DOVETAIL_DRAIN_SECONDS: 3601"),
    ("DOVETAIL_DRAIN_SECONDS", "1s", "invalid DOVETAIL_DRAIN_SECONDS: 1s"),
    ("MARCHAT_MAX_FILE_MB", "-1", "invalid MARCHAT_MAX_FILE_MB: -1"),
    (
      "MARCHAT_MAX_FILE_MB", "9223372036854775807",
      "invalid MARCHAT_MAX_FILE_MB: 9223372036854775807"
    ),
    (
      "MARCHAT_MAX_FILE_BYTES", "9223372036854775807",
      "invalid MARCHAT_MAX_FILE_BYTES: 9223372036854775807"
    ),
    ("MARCHAT_MAX_FILE_MB", "1025", "invalid MARCHAT_MAX_FILE_MB: 1025"),
    ("DOVETAIL_RATE_LIMIT", "maybe", "invalid DOVETAIL_RATE_LIMIT: maybe; use on or off"),
  ])
  func badValues(_ name: String, _ value: String, _ message: String) {
    let error = failure([name: value])
    #expect(error?.message == message)
    #expect(error?.exitCode == 1)
  }

  @Test(arguments: [
    ("alice,", "admin username cannot be empty"), (",", "admin username cannot be empty"),
    ("a,A", "duplicate admin username (case-insensitive): A"),
    ("a b", "invalid characters"), ("System", "reserved"),
  ])
  func badAdmins(_ names: String, _ message: String) {
    let error = failure(["MARCHAT_ADMIN_KEY": "k", "MARCHAT_USERS": names])
    #expect(error?.step == .validation)
    #expect(error?.message.contains(message) == true)
  }

  @Test func oneHalfOfTheAdminSettingsNamesTheOther() {
    let withoutUsers = failure(["MARCHAT_ADMIN_KEY": "k"])
    #expect(withoutUsers?.exitCode == 2)
    #expect(withoutUsers?.message.contains("MARCHAT_USERS is not") == true)
    #expect(withoutUsers?.description.hasPrefix("Missing required configuration.\n") == true)
    let withoutKey = failure(["MARCHAT_USERS": "a"])
    #expect(withoutKey?.message.contains("MARCHAT_ADMIN_KEY is not") == true)
  }

  @Test func anErrorInTheFileNamesFileAndLine() {
    let error = #expect(throws: ConfigurationError.self) { try load(file: "A=1\nB C") }
    #expect(error?.message.contains("/.env, line 2: ") == true)
  }

  @Test func doubtsBecomeWarnings() throws {
    let configuration = try load([
      "MARCHAT_PROT": "1", "DOVETAIL_RATELIMIT": "on", "MARCHAT_CLIENT_HOOK_RECEIVE": "x",
      "MARCHAT_ALLOWED_ORIGINS": "http://[bad", "MARCHAT_TRUSTED_PROXIES": "10.0.0.0/33",
      "MARCHAT_TLS_CERT_FILE": "/c",
    ])
    let text = configuration.warnings.joined(separator: "\n")
    #expect(configuration.warnings.count == 5)
    #expect(text.contains("MARCHAT_PROT is not a variable of this server"))
    #expect(text.contains("did you mean MARCHAT_PORT?"))
    #expect(text.contains("did you mean DOVETAIL_RATE_LIMIT?"))
    #expect(text.contains("http://[bad is no origin"))
    #expect(text.contains("10.0.0.0/33 is no address"))
    #expect(text.contains("TLS is off"))
    #expect(configuration.tlsFiles == nil)
  }

  @Test func theDirectoryIsFoundInOrder() {
    let resolve = ConfigurationDirectory.resolve
    #expect(resolve("/flag", ["MARCHAT_CONFIG_DIR": "/variable", "HOME": "/h"]) == "/variable")
    #expect(resolve("/flag", ["HOME": "/h"]) == "/flag")
    #expect(resolve(nil, ["HOME": "/h", "XDG_CONFIG_HOME": "/x"]) == "/h/.config/marchat")
    #expect(resolve("", [:]) == "./config")
  }

  @Test func theFileMayMoveTheDirectory() throws {
    let moved = NSTemporaryDirectory() + "dovetail-moved-\(UUID().uuidString)"
    let configuration = try load(file: "MARCHAT_CONFIG_DIR=\(moved)")
    #expect(configuration.directory == moved)
    #expect(configuration.database == moved + "/marchat.db")
    try FileManager.default.removeItem(atPath: moved)
  }
}
