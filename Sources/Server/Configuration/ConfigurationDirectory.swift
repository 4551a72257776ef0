import Foundation

/// Finds the directory that holds `.env` and the embedded database.
enum ConfigurationDirectory {
  /// The directory, first hit wins: the variable, the flag, `./config` in a source tree, the
  /// user's own, `./config`.
  static func resolve(flag: String?, environment: [String: String]) -> String {
    if let path = environment["MARCHAT_CONFIG_DIR"], !path.isEmpty { return path }
    if let flag, !flag.isEmpty { return flag }
    if FileManager.default.fileExists(atPath: "go.mod") { return "./config" }
    guard let home = environment["HOME"], !home.isEmpty else { return "./config" }
    return home + "/.config/marchat"
  }

  /// Creates the directory if it is missing.
  static func create(_ path: String) throws(ConfigurationError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o755])
    } catch {
      throw ConfigurationError(
        step: .loading,
        message: "the configuration directory \(path) cannot be created "
          + "(\(error.localizedDescription)); set MARCHAT_CONFIG_DIR to a writable directory")
    }
  }

  /// The variables of the directory's `.env`; none if there is no such file.
  static func dotEnv(in directory: String) throws(ConfigurationError) -> [String: String] {
    let path = directory + "/.env"
    guard FileManager.default.fileExists(atPath: path) else { return [:] }
    do {
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      return try DotEnv.parse(String(decoding: data, as: UTF8.self))
    } catch let error as DotEnv.SyntaxError {
      throw ConfigurationError(step: .loading, message: "\(path), \(error)")
    } catch {
      throw ConfigurationError(
        step: .loading,
        message: "\(path) cannot be read (\(error.localizedDescription)); "
          + "make it a file that the server's user may read, or remove it")
    }
  }
}
