/// Which build of the server this is.
struct ServerVersion: Sendable, Equatable {
  /// The release, such as `1.0.0`; with `-dev` behind it between releases.
  var version: String
  /// The commit it was built from.
  var commit: String
  /// When it was built.
  var build: String
  /// The compiler it was built with.
  var swift = Self.compiler

  /// `<version> (build: <time>, commit: <commit>)`.
  var detail: String { "\(version) (build: \(build), commit: \(commit))" }

  /// This build; a release puts its own values here.
  static let current = ServerVersion(version: "1.0.0-dev", commit: "unknown", build: "unknown")

  private static var compiler: String {
    #if compiler(>=6.4)
    "6.4 or newer"
    #elseif compiler(>=6.3)
    "6.3"
    #else
    "6.2"
    #endif
  }
}
