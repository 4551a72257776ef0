import DriverAPI

extension URLSample {
  /// What is found out by reading the URL.
  static let postgresWords: [URLSample] =
    refused([
      ("pipelines=17", "pipelines"), ("pipelines=-1", "pipelines"),
      ("statement_cache=x", "statement_cache"),
      ("statement_cache=off&pipelines=1", "statement_cache=off"),
      ("connect_timeout=3601", "connect_timeout"),
      ("client_encoding=LATIN1", "UTF8"), ("ssl=on&sslmode=require", "keep sslmode"),
      ("ssl=x", "ssl"),
      ("sslmodus=require", "sslmodus"), ("replication=on", "replication"),
    ])
    + taken([
      "pipelines=0", "pipelines=16", "statement_cache=off", "statement_cache=off&pipelines=0",
      "statement_cache=on&pipelines=1", "connect_timeout=0", "connect_timeout=3600",
      "client_encoding=UTF8", "client_encoding=utf-8", "client_encoding=Unicode",
      "application_name=",
    ])

  /// What the options make of a session, with named statements and without.
  static let postgresSettings: [URLSample] = ["", "&statement_cache=off", "&pipelines=0"].flatMap {
    postgresSettings(with: $0)
  }

  private static func postgresSettings(with way: String) -> [URLSample] {
    var samples: [URLSample] = []
    for (options, name, value) in postgresValues {
      // What a session that tasks share can be asked, too.
      let query = "SELECT setting FROM pg_settings WHERE name = '\(name)'"
      samples.append(URLSample(options + way, without: "options", is: .gives(value, from: query)))
    }
    // The driver cannot do without its own.
    for (name, value) in postgresSpoilers {
      let query =
        "SELECT CAST(setting <> '\(value)' AS TEXT) FROM pg_settings WHERE name = '\(name)'"
      samples.append(
        URLSample("options=-c \(name)=\(value)\(way)", is: .gives("true", from: query)))
    }
    let style = "SELECT LEFT(setting, 3) FROM pg_settings WHERE name = 'DateStyle'"
    samples.append(URLSample("options=-c DateStyle=German\(way)", is: .gives("ISO", from: style)))
    for attributes in ["read-write", "primary"] {
      samples.append(
        URLSample(
          "target_session_attrs=\(attributes)\(way)",
          is: .gives("1", from: "SELECT CAST(1 AS TEXT)")))
    }
    return samples
  }

  private static let postgresSpoilers: [(String, String)] = [
    ("bytea_output", "escape"), ("extra_float_digits", "-5"), ("IntervalStyle", "iso_8601"),
  ]

  private static let postgresValues: [(String, String, String)] = [
    ("connect_timeout=0", "TimeZone", "UTC"), ("connect_timeout=9", "IntervalStyle", "postgres"),
    ("connect_timeout=9", "standard_conforming_strings", "on"),
    ("connect_timeout=9", "bytea_output", "hex"),
    ("connect_timeout=9", "extra_float_digits", "1"),
    ("connect_timeout=9", "client_encoding", "UTF8"),
    ("client_encoding=unicode", "client_encoding", "UTF8"),
    ("connect_timeout=9", "application_name", "dovetail"),
    ("application_name=a b", "application_name", "a b"),
    ("search_path=pg_catalog", "search_path", "pg_catalog"),
    ("search_path=\"a b'c\", \"d\\\"", "search_path", "\"a b'c\", \"d\\\""),
    ("options=-c TimeZone=Asia/Tokyo", "TimeZone", "Asia/Tokyo"),
    ("options=-c statement_timeout=777s", "statement_timeout", "777000"),
    ("options=-c statement_timeout=777s", "TimeZone", "UTC"),
  ]

  /// Servers that are not there, or let nobody in.
  static func postgresPlaces(_ url: DatabaseURL) -> [URLSample] {
    guard let host = url.hosts.first, !host.isSocket, let port = host.port else { return [] }
    let place = "\(host)"
    let one = "SELECT CAST(1 AS TEXT)"
    let none = DatabaseURL.Host(name: "127.0.0.1", port: 1)
    let unknown = DatabaseURL.Host(name: "no-such-host.invalid", port: port)
    let socket = DatabaseURL.Host(name: "/nonexistent", port: 7)
    return [
      at(.fails(.cannotConnect, ["127.0.0.1:1", "is a server running there?"])) {
        $0.replacingHosts([none])
      },
      at(.fails(.cannotConnect, ["no-such-host.invalid", "has no address"])) {
        $0.replacingHosts([unknown])
      },
      at(.fails(.cannotConnect, ["/nonexistent/.s.PGSQL.7", "is a server running there?"])) {
        $0.replacingHosts([socket])
      },
      at(.fails(.cannotConnect, ["127.0.0.1:1", "the last of 2 addresses"])) {
        $0.replacingHosts([none, none])
      },
      at(.gives("1", from: one)) { $0.replacingHosts([none, unknown, host]) },
      at(.gives("1", from: one)) { url in
        url.replacingHosts([unknown]).setting(option: "hostaddr", to: "127.0.0.1")
          .setting(option: "sslmode", to: "prefer")
      },
      at(.fails(.cannotConnect, [place, "no database \"dovetail_nowhere\""])) {
        $0.naming(database: "dovetail_nowhere")
      },
      at(.either([.fails(.authenticationFailed, [place, "password"]), .gives("1", from: one)])) {
        $0.naming(password: "wrong")
      },
      at(
        .either([
          .fails(.authenticationFailed, [place, "asks for a password"]), .gives("1", from: one),
        ])
      ) {
        $0.naming(password: nil)
      },
      URLSample("target_session_attrs=standby", is: .fails(.cannotConnect, [place])),
    ] + postgresChannels(url, place)
  }

  /// What a server that has no TLS, and one that has it, make of each way to ask for it.
  private static func postgresChannels(_ url: DatabaseURL, _ place: String) -> [URLSample] {
    let isEncrypted = "SELECT CAST(ssl AS TEXT) FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
    let offersNone = Meaning.fails(.tls, ["offers no TLS, and sslmode demands it"])
    let foreign = Meaning.fails(.tls, [place, "not signed by a trusted authority"])
    let isTrusted = url.parameters.contains { $0.name == "sslrootcert" }
    // The same server by a name that no certificate has.
    let renamed = at(.fails(.tls, ["is for another host name"])) { url in
      url.replacingHosts(url.hosts.map { .init(name: "nobody.invalid", port: $0.port) })
        .setting(option: "hostaddr", to: "127.0.0.1").setting(option: "sslmode", to: "verify-full")
    }
    return (isTrusted ? [renamed] : []) + [
      URLSample("sslmode=disable", is: .gives("false", from: isEncrypted)),
      URLSample("ssl=off", without: "sslmode", is: .gives("false", from: isEncrypted)),
      URLSample(
        "ssl=on", without: "sslmode", "sslrootcert",
        is: .either([.gives("true", from: isEncrypted), offersNone])),
      URLSample(
        "sslmode=require", without: "sslrootcert",
        is: .either([.gives("true", from: isEncrypted), offersNone])),
      URLSample(
        "sslmode=verify-full&sslrootcert=/nonexistent/ca.crt",
        is: .either([.fails(.tls, [place, "cannot be read: /nonexistent/ca.crt"]), offersNone])),
    ]
      + ["verify-ca", "verify-full"].map { mode in
        URLSample(.either([foreign, offersNone])) { text in
          try changed(
            text, "sslmode=\(mode)&sslrootcert=\(try ForeignAuthority.file())", without: [])
        }
      }
  }
}
