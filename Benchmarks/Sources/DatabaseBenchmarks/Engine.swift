import ArgumentParser

/// A database that is measured.
enum Engine: String, CaseIterable, Sendable, ExpressibleByArgument {
  case sqlite
  case postgres
  case mariadb

  /// The environment variable with the URL of a server to measure on; nil for an embedded engine.
  var urlVariable: String? {
    switch self {
    case .sqlite: nil
    case .postgres: "DOVETAIL_POSTGRES_URL"
    case .mariadb: "DOVETAIL_MYSQL_URL"
    }
  }
}
