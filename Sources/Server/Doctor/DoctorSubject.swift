import Foundation

/// What the report is about: the configuration as far as it can be read.
struct DoctorSubject: Sendable {
  let flags: ServerFlags
  /// Where the search for `.env` ended.
  let directory: String
  /// The variables of `.env`, or why they cannot be read.
  let file: Result<[String: String], ConfigurationError>
  /// The variables that count: the process's win over those of `.env`.
  let variables: [String: String]
  private let environment: [String: String]

  /// Reads `.env` and nothing else.
  init(flags: ServerFlags, environment: [String: String]) {
    self.flags = flags
    self.environment = environment
    let found = ConfigurationDirectory.resolve(
      flag: flags.configurationDirectory, environment: environment)
    directory = found
    do throws(ConfigurationError) {
      file = .success(try ConfigurationDirectory.dotEnv(in: found))
    } catch {
      file = .failure(error)
    }
    let fromFile = (try? file.get()) ?? [:]
    variables = fromFile.merging(environment.filter { !$0.value.isEmpty }) { $1 }
  }

  /// Where the value of a variable that counts comes from.
  func source(of variable: String) -> String {
    environment[variable, default: ""].isEmpty
      ? directory + "/.env" : "the environment of the process, which wins over .env"
  }

  /// The variables by type.
  var reader: VariableReader { VariableReader(variables: variables) }

  /// The directory that counts in the end: `.env` may name another one.
  var finalDirectory: String { reader.text("MARCHAT_CONFIG_DIR") ?? directory }

  /// The same as an absolute path.
  var absoluteDirectory: String {
    URL(fileURLWithPath: finalDirectory).standardizedFileURL.path
  }

  /// The database as it is configured, without blanks around it; empty if it is nothing but blanks.
  var database: String {
    ListValue.trimmed(reader.text("MARCHAT_DB_PATH") ?? finalDirectory + "/marchat.db")
  }

  /// The port to listen on; nil if it is no valid one.
  var port: Int? {
    let port = flags.port ?? reader.text("MARCHAT_PORT").map { Int($0) ?? 0 } ?? 8080
    return 1...65_535 ~= port ? port : nil
  }
}
