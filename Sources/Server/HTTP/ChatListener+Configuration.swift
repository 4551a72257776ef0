extension ChatListener.Settings {
  /// The listener's part of the configuration; loads the TLS files.
  ///
  /// - Parameters:
  ///   - descriptors: how many files the process may have open.
  ///   - databaseConnections: how many the pool may open.
  /// - Throws: ``ListenerError`` if TLS is asked for and cannot be had.
  init(
    _ configuration: ServerConfiguration, descriptors: DescriptorLimit, databaseConnections: Int
  ) throws(ListenerError) {
    self.init()
    host = configuration.bindAddress
    port = configuration.port
    limits.maxConnections = descriptors.clientConnections(
      wanted: configuration.maxConnections, databaseConnections: databaseConnections)
    // One address must not be able to keep everybody else out.
    limits.maxConnectionsPerAddress =
      configuration.maxConnectionsPerIP ?? max(64, limits.maxConnections / 4)
    limits.exemptsLoopback = configuration.maxConnectionsPerIP == nil
    limits.maxQueuedBytes = max(8 << 20, 2 * configuration.maxMessageBytes)
    limits.maxUnfinishedBytes = max(64 << 20, 2 * configuration.maxMessageBytes)
    origins = OriginRule(allowed: configuration.allowedOrigins)
    proxies = configuration.trustedProxies
    if let files = configuration.tlsFiles {
      tls = try TLSIdentity(certificateFile: files.certificate, keyFile: files.key)
    }
  }
}
