public import DriverAPI

/// Something that a URL of a driver can say, and what has to come of it. [URL-9, CONN-2]
///
/// What names the place of a database is the harness's own; these are the options, and the places
/// where there is no database.
public struct URLSample: Sendable {
  /// What has to come of a URL.
  public enum Meaning: Sendable {
    /// The driver takes it; nothing is opened.
    case taken
    /// It is `misuse` before anything is opened, in words that hold all of these.
    case refused([String])
    /// A session is opened in which the only value of this query is that text.
    case gives(String, from: String)
    /// A session is opened in which this statement fails so.
    case forbids(String, DatabaseError.Kind)
    /// No session is opened: the error is of that kind, and its words hold all of these.
    case fails(DatabaseError.Kind, [String])
    /// One of these, because it depends on how the server is set up.
    case either([Meaning])
  }

  /// The case's URL, changed.
  public let url: @Sendable (String) throws -> String
  /// What has to come of it.
  public let meaning: Meaning

  /// A sample.
  ///
  /// - Parameter url: makes it of the URL of a case, both with their passwords.
  public init(_ meaning: Meaning, url: @escaping @Sendable (String) throws -> String) {
    self.meaning = meaning
    self.url = url
  }

  /// The case's URL with these options, `name=value` joined by `&`, in the places of those of their names.
  public init(_ options: String, without others: String..., is meaning: Meaning) {
    self.init(meaning) { try Self.changed($0, options, without: others) }
  }
}

extension URLSample {
  /// Those of the drivers of this package, by the schemes of their URLs, for a case's database. Another driver
  /// of the same engine has options of its own.
  static func known(to server: ServerFacts, at url: DatabaseURL) -> [URLSample] {
    switch url.scheme {
    case "sqlite": server.capabilities.durableStorage ? sqliteWords + sqliteFiles : sqliteWords
    case "postgres", "postgresql": postgresWords + postgresSettings + postgresPlaces(url)
    case "mysql", "mariadb":
      mysqlWords + mysqlSettings(server) + mysqlPlaces + mysqlTrust(url, server)
    default: []
    }
  }

  /// Options that are refused, each with a word of the refusal.
  static func refused(_ options: [(options: String, word: String)]) -> [URLSample] {
    options.map { URLSample($0.options, is: .refused([$0.word])) }
  }

  /// Options that are taken.
  static func taken(_ options: [String]) -> [URLSample] {
    options.map { URLSample($0, is: .taken) }
  }

  /// A URL made of the case's.
  static func at(
    _ meaning: Meaning, _ change: @escaping @Sendable (DatabaseURL) -> DatabaseURL
  ) -> URLSample {
    URLSample(meaning) { change(try DatabaseURL($0)).textWithSecrets }
  }

  static func changed(
    _ text: String, _ options: String, without others: [String]
  ) throws -> String {
    var url = try DatabaseURL(text)
    for name in others { url = url.setting(option: name, to: nil) }
    for option in try DatabaseURL("x.db?\(options)").parameters {
      url = url.setting(option: option.name, to: nil)
    }
    let base = url.textWithSecrets
    return base + (base.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + options
  }
}
