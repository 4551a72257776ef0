extension ChatListener.Settings {
  /// The listener's part of the configuration; loads the TLS files.
  ///
  /// - Throws: ``ListenerError`` if TLS is asked for and cannot be had.
  init(_ configuration: ServerConfiguration) throws(ListenerError) {
    self.init()
    host = configuration.bindAddress
    port = configuration.port
    limits.maxConnections = configuration.maxConnections
    limits.maxConnectionsPerAddress = configuration.maxConnectionsPerIP
    limits.maxQueuedBytes = max(8 << 20, 2 * configuration.maxMessageBytes)
    origins = OriginRule(allowed: configuration.allowedOrigins)
    proxies = configuration.trustedProxies
    if let files = configuration.tlsFiles {
      tls = try TLSIdentity(certificateFile: files.certificate, keyFile: files.key)
    }
  }
}
