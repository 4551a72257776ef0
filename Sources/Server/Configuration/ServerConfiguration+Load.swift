extension ServerConfiguration {
  /// Reads and checks the configuration.
  ///
  /// The command line wins over the process's environment, which wins over `.env`.
  ///
  /// - Parameter environment: the process's variables.
  /// - Throws: ``ConfigurationError``, whose text and exit code are the process's.
  static func load(
    flags: ServerFlags, environment: [String: String]
  ) throws(ConfigurationError) -> ServerConfiguration {
    var configuration = ServerConfiguration()
    var directory = ConfigurationDirectory.resolve(
      flag: flags.configurationDirectory, environment: environment)
    try ConfigurationDirectory.create(directory)
    let file = try ConfigurationDirectory.dotEnv(in: directory)
    let variables = file.merging(environment.filter { !$0.value.isEmpty }) { $1 }
    if let moved = variables["MARCHAT_CONFIG_DIR"], !moved.isEmpty, moved != directory {
      directory = moved
      try ConfigurationDirectory.create(directory)
    }
    configuration.directory = directory
    configuration.variables = variables
    configuration.warnings = KnownVariables.warnings(for: variables.keys)
    let reader = VariableReader(variables: variables)
    try configuration.readNetwork(reader)
    try configuration.readChat(reader)
    configuration.readAccess(reader)
    try configuration.readAdmins(reader, flags)
    if let port = flags.port { configuration.port = port }
    try configuration.validate()
    return configuration
  }

  private mutating func readNetwork(_ reader: VariableReader) throws(ConfigurationError) {
    port = try reader.integer("MARCHAT_PORT") ?? port
    bindAddress = reader.text("DOVETAIL_BIND")
    maxConnections = try reader.positive("DOVETAIL_MAX_CONNECTIONS") ?? maxConnections
    maxConnectionsPerIP = try reader.positive("DOVETAIL_MAX_CONNECTIONS_PER_IP")
    switch (reader.text("MARCHAT_TLS_CERT_FILE"), reader.text("MARCHAT_TLS_KEY_FILE")) {
    case (let certificate?, let key?): tlsFiles = TLSFiles(certificate: certificate, key: key)
    case (nil, nil): break
    default:
      warnings.append(
        "only one of MARCHAT_TLS_CERT_FILE and MARCHAT_TLS_KEY_FILE is set; "
          + "TLS is off until both are")
    }
  }

  private mutating func readChat(_ reader: VariableReader) throws(ConfigurationError) {
    database = reader.text("MARCHAT_DB_PATH") ?? directory + "/marchat.db"
    readLogLevel(reader)
    sessionSecret = reader.text("MARCHAT_SESSION_SECRET") ?? reader.text("MARCHAT_JWT_SECRET")
    hidesHistoryOfBans = reader.text("MARCHAT_BAN_HISTORY_GAPS")?.lowercased() == "true"
    maxFileBytes = try fileLimit(reader)
    maxTextBytes = try reader.positive("DOVETAIL_MAX_TEXT_BYTES") ?? maxTextBytes
    retentionMax = try reader.positive("MARCHAT_MESSAGE_RETENTION_MAX") ?? retentionMax
    messageTTLHours = try reader.integer("MARCHAT_MESSAGE_TTL_HOURS").flatMap { $0 > 0 ? $0 : nil }
    isRateLimited = try reader.isOn("DOVETAIL_RATE_LIMIT") ?? isRateLimited
    sharesDatabase = try reader.isOn("DOVETAIL_SHARED_DATABASE") ?? sharesDatabase
    drainSeconds = try drainSeconds(reader)
    serverName = try serverName(reader)
    restoresChannel = try reader.isOn("DOVETAIL_RESTORE_CHANNEL") ?? restoresChannel
  }

  /// The names of marchat and of syslog too; anything else is told and not taken.
  private mutating func readLogLevel(_ reader: VariableReader) {
    guard let text = reader.text("MARCHAT_LOG_LEVEL") else { return }
    let others = ["warn": "warning", "err": "error", "fatal": "critical", "panic": "critical"]
    let name = others[text.lowercased()] ?? text.lowercased()
    if Self.logLevels.contains(name) {
      logLevel = name
    } else {
      warnings.append(
        "MARCHAT_LOG_LEVEL: \(LogText.line(text)) is no level, \(logLevel) is used; the levels are "
          + Self.logLevels.joined(separator: ", "))
    }
  }

  private func drainSeconds(_ reader: VariableReader) throws(ConfigurationError) -> Int {
    guard let seconds = try reader.integer("DOVETAIL_DRAIN_SECONDS") else { return drainSeconds }
    guard (0...3600).contains(seconds) else {
      throw reader.invalid(
        "DOVETAIL_DRAIN_SECONDS", "\(seconds)",
        "give 0 to 3600, and more than the proxy takes to look twice")
    }
    return seconds
  }

  private func serverName(_ reader: VariableReader) throws(ConfigurationError) -> String? {
    guard let name = reader.text("DOVETAIL_SERVER_NAME").map(ListValue.trimmed) else { return nil }
    guard 1...100 ~= name.unicodeScalars.count,
      name.unicodeScalars.allSatisfy({ !$0.movesTheCursor })
    else {
      throw reader.invalid(
        "DOVETAIL_SERVER_NAME", LogText.line(name), "give 1 to 100 characters that can be printed")
    }
    return name
  }

  private func fileLimit(_ reader: VariableReader) throws(ConfigurationError) -> Int64 {
    if let bytes = try reader.positive("MARCHAT_MAX_FILE_BYTES") {
      guard bytes <= Self.largestFileLimit else {
        throw reader.invalid("MARCHAT_MAX_FILE_BYTES", "\(bytes)", "1073741824 (1 GiB) is the most")
      }
      return Int64(bytes)
    }
    guard let megabytes = try reader.positive("MARCHAT_MAX_FILE_MB") else { return maxFileBytes }
    guard megabytes <= Self.largestFileLimit >> 20 else {
      throw reader.invalid("MARCHAT_MAX_FILE_MB", "\(megabytes)", "1024 (1 GiB) is the most")
    }
    return Int64(megabytes) << 20
  }

  /// Base64 of it, twice, is what a buffer of the network can still hold.
  private static let largestFileLimit = 1 << 30

  private mutating func readAccess(_ reader: VariableReader) {
    allowedUsers = reader.text("MARCHAT_ALLOWED_USERS").map {
      Set(ListValue.nonEmptyElements($0).map(UsernameRule.fold))
    }
    for entry in ListValue.nonEmptyElements(reader.text("MARCHAT_ALLOWED_ORIGINS") ?? "") {
      if OriginRule.parse(entry) != nil {
        allowedOrigins.append(entry)
      } else {
        warnings.append("MARCHAT_ALLOWED_ORIGINS: \(entry) is no origin and is ignored")
      }
    }
    for entry in ListValue.nonEmptyElements(reader.text("MARCHAT_TRUSTED_PROXIES") ?? "") {
      if let network = IPNetwork(entry) {
        trustedProxies.networks.append(network)
      } else {
        warnings.append(
          "MARCHAT_TRUSTED_PROXIES: \(entry) is no address or CIDR range and is ignored")
      }
    }
  }
}
