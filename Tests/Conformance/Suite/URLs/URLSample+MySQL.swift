import DriverAPI

extension URLSample {
  /// What is found out by reading the URL: words of other clients, with the meaning they have here.
  static let mysqlWords: [URLSample] =
    mysqlSwitches + mysqlRefusals + mysqlRemedies
    + taken([
      "charset=utf8", "charset=UTF8mb4,latin1", "charset=utf-8", "charset=utf8mb3", "loc=UTC",
      "loc=Etc/UTC", "time_zone='%2B00:00'", "time_zone=%2B00:00", "time_zone=UTC",
      "serverTimezone=GMT",
      "connect_timeout=3", "connect_timeout=3s", "connectTimeout=1", "connectTimeout=3s",
      "timeout=3s",
      "keepalives_idle=0", "keepalives_idle=32767", "tcp_user_timeout=0",
      "tcp_user_timeout=86400000",
      "sql_mode='PIPES_AS_CONCAT'", "sql_mode=pipes_as_concat,HIGH_NOT_PRECEDENCE",
      "rejectReadOnly=true", "rejectReadOnly=false", "target_session_attrs=read-write",
      "load_balance_hosts=random", "wsrep_sync_wait=15",
    ])
    + ["ssl-mode", "ssl_mode", "sslMode", "sslmode"].flatMap { name in
      taken(
        ["DISABLED", "preferred", "REQUIRED", "disable", "prefer", "require", "trust"].map {
          "\(name)=\($0)"
        }
      )
      .map(\.withoutChannel)
    }

  /// Switches that can only be what this driver does anyway.
  private static let mysqlSwitches: [URLSample] = [
    ("parseTime", true), ("clientFoundRows", true), ("found_rows", true),
    ("multiStatements", false),
    ("allowMultiQueries", false), ("interpolateParams", false), ("allowNativePasswords", true),
    ("allowOldPasswords", false), ("allowCleartextPasswords", false), ("allowAllFiles", false),
    ("checkConnLiveness", true), ("columnsWithAlias", false), ("allowFallbackToPlaintext", false),
    ("use_unicode", true), ("useUnicode", true), ("local_infile", false),
    ("allowLoadLocalInfile", false), ("compress", false), ("useCompression", false),
    ("autocommit", true), ("useAffectedRows", false), ("autoReconnect", false),
    ("reconnect", false),
    ("useServerPrepStmts", true), ("cachePrepStmts", true), ("allowPublicKeyRetrieval", true),
    ("useLegacyDatetimeCode", false), ("jdbcCompliantTruncation", true),
  ].flatMap { (name: String, only: Bool) in
    [
      URLSample("\(name)=\(only)", is: .taken),
      URLSample("\(name)=\(!only)", is: .refused(["can only be \(only) here"])),
    ]
  }

  private static let mysqlRefusals: [URLSample] =
    refused([
      ("charset=latin1", "can only be utf8mb4"), ("characterEncoding=latin1", "'charset'"),
      ("loc=Local", "CONVERT_TZ"), ("time_zone=%2B02:00", "CONVERT_TZ"),
      ("serverTimezone=CET", "'time_zone'"),
      ("collation=latin1_bin", "utf8mb4"), ("collation=utf8mb4_bin';", "utf8mb4"),
      ("connect_timeout=0s", "0 for connecting"), ("timeout=0s", "0 for connecting"),
      ("connect_timeout=0", "connect_timeout"), ("connect_timeout=3&timeout=3s", "keep one"),
      ("connect_timeout=3&connectTimeout=3s", "keep one"),
      ("keepalives_idle=32768", "keepalives_idle"),
      ("tcp_user_timeout=86400001", "tcp_user_timeout"), ("sql_mode=", "name one"),
      ("wsrep_sync_wait=16", "wsrep_sync_wait"), ("target_session_attrs=master", "read-write"),
      ("rejectReadOnly=true&target_session_attrs=any", "say the same"),
      ("load_balance_hosts=yes", "random"),
      ("sql_mode=STRICT_ALL_TABLES;x", "with commas between"),
      ("sql_mode='", "with commas between"),
      ("sql_mode=ANSI_QUOTES", "double quotes"), ("sqlMode=ansi", "double quotes"),
      ("sql_mode=ORACLE", "double quotes"),
      ("sql_mode=NO_BACKSLASH_ESCAPES", "where a string ends"),
      ("sql_mode=EMPTY_STRING_IS_NULL", "NULL for an empty text"),
      ("socket=/tmp/s", "instead of a host"),
      ("ssl-cert=/c", "belong together"), ("ssl-key=/k", "belong together"), ("tls=maybe", "tls"),
      ("ssl-mode=maybe", "ssl-mode"),
    ])
    + [
      ("ssl-mode=VERIFY_CA", "add ssl-ca"), ("ssl-mode=REQUIRED&ssl-ca=/a", "verifies nothing"),
      ("ssl-mode=DISABLED&ssl-ca=/a", "verifies nothing"),
      ("tls=true&ssl-mode=REQUIRED", "keep one"),
      ("ssl=true&tls=true", "keep 'tls'"), ("ssl=true&ssl-mode=REQUIRED", "keep 'ssl-mode'"),
      ("ssl-verify-server-cert=true&tls=true", "keep 'tls'"),
      ("ssl=false&ssl_ca=/a", "verifies nothing"),
      ("ssl=false&ssl-verify-server-cert=true", "keep the one you mean"),
      ("ssl_ca=/a&ssl-ca=/b", "say the same"),
    ].map { URLSample($0, is: .refused([$1])).withoutChannel }
    + [URLSample(.refused(["absolute path"])) { _ in "mysql:///name?socket=tmp" }]

  /// What is done elsewhere, each with the place.
  private static let mysqlRemedies: [URLSample] = refused([
    ("readTimeout=5s", "statementTimeout"), ("socketTimeout=5", "statementTimeout"),
    ("init_command=x", "withConnection"), ("sessionVariables=x", "withConnection"),
    ("user=x", "before the '?'"), ("port=1", "before the '?'"), ("trustStore=x", "ssl-ca"),
    ("ssl-cipher=x", "ssl-ca"), ("pool_size=5", "maxConnections"),
    ("maxPoolSize=5", "maxConnections"),
    ("max_allowed_packet=5", "max_allowed_packet"), ("zeroDateTimeBehavior=x", "zero date"),
    ("program_name=x", "the library chooses it"),
  ])

  /// What the options make of a session.
  static func mysqlSettings(_ server: ServerFacts) -> [URLSample] {
    [
      ("charset=utf8", "@@character_set_client", "utf8mb4"), ("loc=UTC", "@@time_zone", "+00:00"),
      ("collation=utf8mb4_bin", "@@collation_connection", "utf8mb4_bin"),
      ("connectionCollation=UTF8MB4_unicode_ci", "@@collation_connection", "utf8mb4_unicode_ci"),
      ("sql_mode=PIPES_AS_CONCAT", "'a' || 'b'", "ab"),
      ("sql_mode='pipes_as_concat'", "'a' || 'b'", "ab"),
      ("sql-mode=HIGH_NOT_PRECEDENCE,PIPES_AS_CONCAT", "'a' || 'b'", "ab"),
      ("autocommit=1", "CAST('a' || 'b' AS CHAR)", "0"),
      ("autocommit=1", "@@autocommit + 0", "1"),
      ("timeout=9s", "FIND_IN_SET('STRICT_ALL_TABLES', @@sql_mode) > 0", "1"),
      ("timeout=9s", "FIND_IN_SET('NO_AUTO_VALUE_ON_ZERO', @@sql_mode) > 0", "1"),
      ("timeout=9s", "CAST(@@foreign_key_checks + @@unique_checks AS CHAR)", "2"),
      ("connect_timeout=9", "@@lc_messages", "en_US"),
      ("connectTimeout=9000", "@@lc_messages", "en_US"),
    ].map { URLSample($0, is: .gives($2, from: "SELECT \($1)")) } + mysqlChannels(server)
      + [
        // A server could ask for any file of this machine.
        URLSample(
          "local_infile=0",
          is: .forbids("LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t", .unsupported)
        )
      ]
  }

  /// What each way to ask for TLS gives, at a server that has it and at one that has none.
  private static func mysqlChannels(_ server: ServerFacts) -> [URLSample] {
    let question = cipherQuestion(server)
    let encrypted = Meaning.gives("encrypted", from: question)
    let plain = Meaning.gives("plain", from: question)
    let offersNone = Meaning.fails(.tls, ["does not offer TLS"])
    return [
      ("ssl-mode=DISABLED", plain), ("tls=false", plain), ("ssl=false", plain), ("useSSL=0", plain),
      ("sslmode=disable", plain), ("ssl-mode=REQUIRED", .either([encrypted, offersNone])),
      ("tls=skip-verify", .either([encrypted, offersNone])),
      ("ssl=on", .either([encrypted, offersNone])),
      ("requireSSL=true", .either([encrypted, offersNone])),
      ("tls=preferred", .either([encrypted, plain])),
      ("sslMode=trust", .either([encrypted, offersNone])),
      (
        "ssl-mode=VERIFY_CA&ssl-ca=/nonexistent/ca.pem",
        .fails(.tls, ["/nonexistent/ca.pem cannot be read"])
      ),
      ("ssl_ca=/nonexistent/ca.pem", .fails(.tls, ["/nonexistent/ca.pem cannot be read"])),
      (
        "ssl-mode=REQUIRED&ssl-cert=/nonexistent/c&ssl-key=/nonexistent/k",
        .fails(.tls, ["/nonexistent/c cannot be read"])
      ),
      ("tls=true", .either([.fails(.tls, ["name its authority with ssl-ca"]), offersNone])),
      (
        "ssl-verify-server-cert=1",
        .either([.fails(.tls, ["name its authority with ssl-ca"]), offersNone])
      ),
    ].map { URLSample($0, is: $1).withoutChannel }
      + ["VERIFY_CA", "VERIFY_IDENTITY"].map { mode in
        let words = ["not signed by the authority in ssl-ca"]
        return URLSample(.either([.fails(.tls, words), offersNone])) { text in
          try changed(text, "ssl-mode=\(mode)&ssl-ca=\(try ForeignAuthority.file())", without: [])
        }
      }
  }

  /// What comes of the authority that the case's own URL names, if it names one.
  static func mysqlTrust(_ url: DatabaseURL, _ server: ServerFacts) -> [URLSample] {
    let named = url.parameters.first { $0.name == "ssl-ca" }?.value
    guard let file = named, let port = url.hosts.first?.port else { return [] }
    let encrypted = Meaning.gives("encrypted", from: cipherQuestion(server))
    // Another way to write 127.0.0.1, which stands in no certificate.
    let elsewhere = [DatabaseURL.Host(name: "127.1", port: port)]
    let isLocal = url.hosts.map(\.name) == ["127.0.0.1"]
    let other = isLocal ? ["ssl-mode=VERIFY_IDENTITY", "tls=true"] : []
    return [
      "ssl-mode=VERIFY_CA", "sslMode=verify-ca", "ssl-mode=VERIFY_IDENTITY", "sslmode=verify-full",
      "tls=true", "ssl=true", "ssl-verify-server-cert=true", "timeout=9s",
    ].map { URLSample("\($0)&ssl-ca=\(file)", is: encrypted).withoutChannel }
      + other.map { options in
        URLSample(.fails(.tls, ["does not name this host"])) { text in
          let changed = try changed(
            text, "\(options)&ssl-ca=\(file)", without: ["ssl-mode", "tls"])
          return try DatabaseURL(changed).replacingHosts(elsewhere).textWithSecrets
        }
      }
      + (isLocal ? ["ssl-mode=VERIFY_CA", "ssl=1"] : []).map { options in
        URLSample(encrypted) { text in
          let changed = try changed(
            text, "\(options)&ssl-ca=\(file)", without: ["ssl-mode", "tls"])
          return try DatabaseURL(changed).replacingHosts(elsewhere).textWithSecrets
        }
      }
  }

  /// Answers with `encrypted` or `plain`.
  private static func cipherQuestion(_ server: ServerFacts) -> String {
    let status = server.dialect.name == "mariadb" ? "information_schema" : "performance_schema"
    return "SELECT IF(variable_value = '', 'plain', 'encrypted') "
      + "FROM \(status).session_status WHERE variable_name = 'SSL_CIPHER'"
  }

  /// Servers that are not there, or let nobody in.
  static let mysqlPlaces: [URLSample] = {
    let none = DatabaseURL.Host(name: "127.0.0.1", port: 1)
    let unknown = DatabaseURL.Host(name: "no-such-host.invalid")
    let socket = DatabaseURL.Host(name: "/nonexistent/socket")
    let one = Meaning.gives("1", from: "SELECT CAST(1 AS CHAR)")
    return [
      at(.fails(.cannotConnect, ["the port refused the connection"])) { $0.replacingHosts([none]) },
      at(.fails(.cannotConnect, ["cannot be resolved"])) { $0.replacingHosts([unknown]) },
      at(.fails(.cannotConnect, ["nothing listens on the socket"])) { $0.replacingHosts([socket]) },
      at(.fails(.cannotConnect, ["none of 2 hosts answered", "127.0.0.1:1", "127.0.0.1:2"])) {
        $0.replacingHosts([none, DatabaseURL.Host(name: "127.0.0.1", port: 2)])
      },
      at(one) { $0.replacingHosts([none, unknown] + $0.hosts) },
      at(.fails(.cannotConnect, ["the database does not exist"])) {
        $0.naming(database: "dovetail_nowhere")
      },
      at(.either([.fails(.authenticationFailed, ["refused the user or the password"]), one])) {
        $0.naming(password: "wrong")
      },
      at(.either([.fails(.authenticationFailed, ["refused the user or the password"]), one])) {
        $0.naming(password: "wrong").replacingHosts($0.hosts + [none])
      },
    ]
  }()

  /// The same, asking for TLS in no other way than its own.
  private var withoutChannel: URLSample {
    let (url, names) = (url, ["ssl-mode", "tls", "ssl", "ssl-ca", "ssl-verify-server-cert"])
    return URLSample(meaning) { text in
      try url(
        names.reduce(try DatabaseURL(text)) { $0.setting(option: $1, to: nil) }.textWithSecrets)
    }
  }
}
