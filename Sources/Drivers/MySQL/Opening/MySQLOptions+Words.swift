import DriverAPI

// The words of go-sql-driver, JDBC, mysqlclient, PyMySQL, SQLAlchemy and the C library. [URL-5]
extension MySQLOptions {
  /// Gives options of other clients the names they have here, and refuses those that mean what is
  /// done elsewhere, with the place.
  ///
  /// - Throws: `misuse` that names the option and what to do instead.
  static func takeForeignWords(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    try options.rename(synonyms)
    for (words, remedy) in remedies {
      if let given = options.remaining.first(where: { words.contains($0.name) }) {
        throw .misuse("the option '\(given.name)' is not one of this driver: \(remedy)")
      }
    }
  }

  private static let synonyms: [String: String] = {
    var names: [String: String] = [:]
    for (name, words) in [
      ("ssl-mode", ["ssl_mode", "sslMode", "sslmode"]),
      ("ssl-ca", ["ssl_ca", "sslCa", "sslca", "serverSslCert"]),
      ("ssl-cert", ["ssl_cert", "sslCert", "sslcert"]),
      ("ssl-key", ["ssl_key", "sslKey", "sslkey"]),
      ("ssl", ["useSSL", "useSsl", "requireSSL"]),
      (
        "ssl-verify-server-cert",
        [
          "ssl_verify_server_cert", "verifyServerCertificate", "ssl_verify_cert",
          "ssl_verify_identity", "ssl_check_hostname",
        ]
      ),
      ("socket", ["unix_socket", "unixSocket", "localSocket"]),
      ("connect_timeout", ["connect-timeout"]),
      (
        "charset",
        ["default-character-set", "default_character_set", "characterEncoding", "character_set"]
      ),
      ("collation", ["connectionCollation"]),
      ("time_zone", ["serverTimezone", "connectionTimeZone", "timezone"]),
      ("sql_mode", ["sql-mode", "sqlMode"]),
      ("multiStatements", ["allowMultiQueries", "multi_statements", "multipleStatements"]),
      ("clientFoundRows", ["found_rows"]),
      ("local_infile", ["local-infile", "allowLoadLocalInfile", "allowLocalInfile"]),
      ("use_unicode", ["useUnicode"]), ("compress", ["useCompression"]),
      ("useAffectedRows", ["affectedRows"]),
    ] {
      for word in words { names[word] = name }
    }
    return names
  }()

  private static let remedies: [(words: [String], remedy: String)] = [
    (
      [
        "readTimeout", "writeTimeout", "read_timeout", "write_timeout", "read-timeout",
        "write-timeout", "socketTimeout", "net_read_timeout", "net_write_timeout",
      ],
      "how long a statement may take is statementTimeout of DatabaseConfiguration"
    ),
    (
      ["init_command", "init-command", "initCommand", "sessionVariables", "connectionInitSql"],
      "sessions are shared and reset; run it in withConnection, or set it for the user on the server"
    ),
    (
      ["user", "username", "password", "passwd", "host", "port", "db", "database"],
      "it stands before the '?': mysql://user:password@host:port/database"
    ),
    (
      [
        "trustStore", "keyStore", "trustCertificateKeyStoreUrl", "clientCertificateKeyStoreUrl",
        "trustCertificateKeyStorePassword", "clientCertificateKeyStorePassword", "ssl-capath",
        "ssl_capath", "ssl-crl", "serverPubKey", "ssl-cipher", "ssl_cipher",
      ],
      "give the authority as a PEM file with ssl-ca, our own certificate with ssl-cert and ssl-key"
    ),
    (
      [
        "pool_size", "poolSize", "pool_recycle", "max_overflow", "pool_timeout", "connectionLimit",
        "maxPoolSize", "minPoolSize", "poolMaxSize",
      ],
      "the pool is set by DatabaseConfiguration, such as its maxConnections"
    ),
    (
      ["maxAllowedPacket", "max_allowed_packet", "max-allowed-packet"],
      "the server's own max_allowed_packet is heeded; leave it out"
    ),
    (
      ["zeroDateTimeBehavior", "convert_unicode", "client_flag", "conv", "binary_prefix"],
      "values are as the server has them, a zero date is text; leave it out"
    ),
    (
      ["connectionAttributes", "program_name", "defaultAuth", "default_auth", "default-auth"],
      "the library chooses it with the server; leave it out"
    ),
  ]
}
