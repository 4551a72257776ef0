import CPostgres
public import DriverAPI

/// What a PostgreSQL URL says beyond who and where.
///
/// Every keyword of libpq is passed on to it with libpq's meaning: `sslmode`, `sslrootcert`,
/// `target_session_attrs`, `application_name`, `options`, `passfile`, `service` and so on. These are
/// the driver's own:
///
/// | option | values | default | meaning |
/// | --- | --- | --- | --- |
/// | `search_path` | schemas | the server's | where names without a schema are looked up |
/// | `statement_cache` | `on`, `off` | `on` | off for proxies that pool transactions: no named statements |
/// | `ssl` | `on`, `off` | off | JDBC's and libpq's word: `sslmode=require`, or `disable` |
/// | `pipelines` | 0 to 16 | `2` | connections that tasks share for single statements |
/// | `connect_timeout` | seconds | 10 over all addresses, 2 at least | how long each address may take, where there are several |
/// | `load_balance_hosts` | `disable`, `random` | `disable` | the order in which the hosts are tried |
///
/// Of several hosts `target_session_attrs` says which are meant: `read-write`, `primary`, `standby`,
/// `prefer-standby`, `read-only` or `any`. A session whose server is not of that kind any more is given up.
public struct PostgresOptions: Sendable, Hashable {
  /// A keyword of libpq.
  struct Keyword: Sendable, Hashable {
    let name: String
    var value: String
  }

  /// Who, which database, and the keywords of the URL; hosts apart.
  private(set) var keywords: [Keyword]
  /// The servers as the URL names them; empty for libpq's default.
  let hosts: [DatabaseURL.Host]
  /// Whether statements stay prepared under a name of their own.
  let cachesStatements: Bool
  /// How many connections tasks share.
  let pipelineCount: Int
  /// How long one server may take to let a session in; nil if the URL says nothing, and a day for ever.
  let timeoutPerHost: Duration?
  let searchPath: String?
  /// Which server is meant.
  let target: PostgresTarget
  /// Whether the hosts are tried in no order.
  let triesAtRandom: Bool
  /// Whether transactions of the session only read unless they say otherwise.
  private(set) var onlyReads = false

  /// Reads the options of a URL.
  ///
  /// - Throws: `misuse` that names an unknown option or a value that is not allowed.
  public init(_ url: DatabaseURL) throws(DatabaseError) {
    var options = url.options
    searchPath = options.take("search_path")
    cachesStatements = try options.flag("statement_cache") ?? true
    let pipelines = try options.integer("pipelines", in: 0...16)
    if !cachesStatements, let pipelines, pipelines > 0 {
      throw .misuse("pipelines need prepared statements, which statement_cache=off forbids")
    }
    pipelineCount = pipelines ?? (cachesStatements ? 2 : 0)
    timeoutPerHost = try options.integer("connect_timeout", in: 0...3600)
      .map { .seconds($0 == 0 ? 86_400 : $0) }
    target = try PostgresTarget(&options)
    triesAtRandom =
      try options.take("load_balance_hosts", oneOf: ["disable", "random"]) == "random"
    if let encoding = options.take("client_encoding"), !Self.isUTF8(encoding) {
      throw .misuse("client_encoding must be UTF8: the driver reads and writes nothing else")
    }
    try Self.translateSSL(&options)
    var keywords: [Keyword] = []
    for name in Self.libraryKeywords {
      guard let value = options.take(name), !value.isEmpty else { continue }
      keywords.append(Keyword(name: name, value: value))
    }
    try options.finish()
    if let user = url.user { keywords.append(Keyword(name: "user", value: user)) }
    if let password = url.password { keywords.append(Keyword(name: "password", value: password)) }
    if let name = url.database { keywords.append(Keyword(name: "dbname", value: name)) }
    if target != .any {
      keywords.append(Keyword(name: "target_session_attrs", value: target.rawValue))
    }
    self.keywords = keywords
    hosts = url.hosts
  }

  /// The value of a keyword, or nil.
  func value(of name: String) -> String? { keywords.first { $0.name == name }?.value }

  /// The same for sessions that tasks share: the server itself sees to it that they only read, so
  /// that what it ran there may be stopped and repeated elsewhere. [PIPE-3]
  var forPipelines: PostgresOptions {
    var options = self
    options.onlyReads = target != .readOnly
    // libpq would take a session that only reads for one of a server that does.
    if target == .readWrite,
      let index = keywords.firstIndex(where: { $0.name == "target_session_attrs" })
    {
      options.keywords[index].value = PostgresTarget.primary.rawValue
    }
    return options
  }

  // In a URL libpq itself takes ssl=true for sslmode=require. [URL-5]
  private static func translateSSL(_ options: inout DatabaseURL.Options) throws(DatabaseError) {
    guard let isOn = try options.flag("ssl") else { return }
    if options.remaining.contains(where: { $0.name == "sslmode" }) {
      throw .misuse("the options 'ssl' and 'sslmode' say the same; keep sslmode")
    }
    options.add("sslmode", isOn ? "require" : "disable")
  }

  private static func isUTF8(_ encoding: String) -> Bool {
    ["utf8", "utf-8", "unicode"].contains(encoding.lowercased())
  }

  /// The keywords of the library that the URL gives by other means, or that would break the driver.
  private static let reserved: Set<String> = [
    "user", "password", "dbname", "host", "port", "client_encoding", "connect_timeout",
    "replication", "target_session_attrs", "load_balance_hosts",
  ]

  /// What the library that is linked knows.
  private static let libraryKeywords: [String] = {
    guard let list = PQconndefaults() else { return [] }
    defer { PQconninfoFree(list) }
    var names: [String] = []
    var entry = list
    while let name = entry.pointee.keyword {
      names.append(String(cString: name))
      entry += 1
    }
    return names.filter { !reserved.contains($0) }
  }()
}
