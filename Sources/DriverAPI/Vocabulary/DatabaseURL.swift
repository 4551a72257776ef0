/// Which database to connect to, and how, as taken from one text. [URL-1] [URL-3]
///
/// | form | examples |
/// | --- | --- |
/// | SQLite | `app.db`, `/abs/x.db?mode=ro`, `:memory:`, `sqlite:app.db`, `sqlite:///abs/x.db` |
/// | SQLite URI | `file:app.db?mode=memory`, `file:///abs/x.db` |
/// | Postgres | `postgres://user:p%40@h1:5432,h2/db?sslmode=require`, `host=/run user=me` |
/// | MySQL | `mysql://user:pw@host:3306/db`, `mariadb://…`, `mysql:user:pw@tcp(host:3306)/db` |
/// | connection string | `odbc:DSN=sales;UID=me;PWD={a;b?c}`: a `?` outside braces starts options |
/// | any other | `name://user:pw@host:1/db?key=value`, `name:rest`; a driver must know the name |
///
/// A bare path and what follows `sqlite:` without `//` are taken as written, except that `?` starts
/// the options; `%XX` is decoded after `sqlite://` and in `file:`. Two or more letters, digits or
/// `+-.` before a colon, a letter first, are a scheme and never part of a file name: write
/// `./odd:name.db`, and `./a=b.db` for what looks like a `key=value` string.
///
/// No description of the value holds a secret. [URL-4]
public struct DatabaseURL: Sendable, Hashable {
  /// The scheme in lower case: `sqlite` for bare paths, `postgres` for `key=value` strings.
  public internal(set) var scheme: String
  /// The user name, decoded.
  public internal(set) var user: String?
  /// The password, decoded. Hand it to the client library and to nothing else.
  public internal(set) var password: String?
  /// The servers to try in order; empty means the driver's default.
  public internal(set) var hosts: [Host] = []
  /// The name of the database, decoded.
  public internal(set) var database: String?
  /// The file, or `:memory:`, of the schemes `sqlite` and `file`; for any other scheme without `//`
  /// what follows the colon.
  public internal(set) var path: String?
  /// The options in the order given, decoded; ``options`` hands them out one by one.
  public internal(set) var parameters: [Parameter] = []

  /// The first host that is a path: a socket, or the directory of one.
  public var socketPath: String? {
    hosts.first(where: \.isSocket)?.name
  }

  /// The same URL with other servers, as a proxy in front of one needs it.
  public func replacingHosts(_ hosts: [Host]) -> DatabaseURL {
    var url = self
    url.hosts = hosts
    return url
  }

  init(scheme: String) {
    self.scheme = scheme
  }

  /// One server.
  public struct Host: Sendable, Hashable {
    /// Name or address without brackets; a path for a socket; empty for the driver's default.
    public let name: String
    /// The port, 1 to 65535, or nil for the driver's default. Postgres numbers sockets by it too.
    public let port: Int?

    /// A server by name and port.
    public init(name: String, port: Int? = nil) {
      self.name = name
      self.port = port
    }

    /// Whether the name is the path of a socket or of its directory.
    public var isSocket: Bool { name.utf8.first == UInt8(ascii: "/") }
  }

  /// One option.
  public struct Parameter: Sendable, Hashable {
    /// The name as written.
    public let name: String
    /// The value; it may be a secret.
    public let value: String

    /// An option by name and value.
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}
