// MARK: Other databases of the same server

extension DatabaseURL {
  /// The URL in full: it reads back as an equal value, and holds the password. [URL-4]
  ///
  /// For tools that derive a URL from another and hand it on; never for anything that is shown.
  package var textWithSecrets: String { text(hidingSecrets: false) }

  /// The same URL with the name of another database.
  package func naming(database name: String) -> DatabaseURL {
    var url = self
    url.database = name
    return url
  }

  /// The same URL with another password, or none.
  package func naming(password: String?) -> DatabaseURL {
    var url = self
    url.password = password
    return url
  }

  /// The same URL with another file.
  package func naming(file path: String) -> DatabaseURL {
    var url = self
    url.path = path
    return url
  }

  /// The same URL with an option set, in the place of one of that name; nil takes it away.
  package func setting(option name: String, to value: String?) -> DatabaseURL {
    var url = self
    url.parameters.removeAll { $0.name.hasSameBytes(as: name) }
    if let value { url.parameters.append(Parameter(name: name, value: value)) }
    return url
  }
}
