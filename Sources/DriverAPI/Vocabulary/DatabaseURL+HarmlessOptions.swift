extension DatabaseURL.Parameter {
  /// The options of the drivers and of their client libraries in which no secret stands.
  ///
  /// A list of what is harmless and not of what is secret: that one would miss what is misspelt.
  static let harmlessNames: Set<String> = Set(
    """
    application_name busy_timeout cache cache_size channel_binding charset client_encoding collation
    compress connect_timeout double_quoted_strings fallback_application_name foreign_keys gssdelegation gssencmode gsslib
    host hostaddr immutable journal_mode keepalives keepalives_count keepalives_idle
    keepalives_interval krbsrvname load_balance_hosts loc local_infile mmap_size mode multiStatements
    nolock parseTime pipelines port psow readers rejectReadOnly requirepeer require_auth search_path service socket
    sql_mode ssl ssl-ca ssl-cert ssl-key ssl-mode ssl-verify-server-cert ssl_max_protocol_version
    ssl_min_protocol_version sslcert sslcertmode sslcompression sslcrl sslcrldir sslkey sslmode
    sslnegotiation sslrootcert sslsni statement_cache synchronous target_session_attrs
    tcp_user_timeout time_zone timeout tls vfs wsrep_sync_wait
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
