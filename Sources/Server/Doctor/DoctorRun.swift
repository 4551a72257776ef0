import DriverAPI
import Foundation

/// Goes through all checks in the order of the report.
struct DoctorRun: Sendable {
  private let subject: DoctorSubject
  private let drivers: DriverRegistry
  private let trace: DirectoryTrace

  /// Examines configuration and database; serves nothing, leaves nothing behind, and ends within a
  /// bound whatever hangs.
  ///
  /// - Parameters:
  ///   - environment: the process's variables.
  ///   - drivers: the databases that this server can open.
  static func report(
    flags: ServerFlags, environment: [String: String], drivers: DriverRegistry,
    version: ServerVersion
  ) async -> DoctorReport {
    let subject = DoctorSubject(flags: flags, environment: environment)
    var trace = DirectoryTrace()
    trace.note(subject.directory)
    trace.note(subject.finalDirectory)
    let run = DoctorRun(subject: subject, drivers: drivers, trace: trace)
    let checks = await run.checks(environment)
    trace.restore()
    return DoctorReport(
      version: version, configurationDirectory: subject.absoluteDirectory,
      environment: DoctorEnvironment.settings(subject.variables), checks: checks,
      updateSkipReason: run.updateSkipReason, stdoutIsTTY: isatty(STDOUT_FILENO) == 1)
  }

  private func checks(_ environment: [String: String]) async -> [DoctorCheck] {
    let outcome: Result<ServerConfiguration, ConfigurationError>
    do throws(ConfigurationError) {
      outcome = .success(
        try ServerConfiguration.load(flags: subject.flags, environment: environment))
    } catch {
      outcome = .failure(error)
    }
    let configuration = ConfigurationChecks(
      subject: subject, isNew: trace.isMissing(subject.finalDirectory), outcome: outcome)
    var checks = configuration.checks
    if case .success(let loaded) = outcome { checks += PolicyChecks.checks(loaded) }
    if configuration.isLoaded { checks += await surroundings() }
    checks.append(DoctorCheck("update", .ok, "skipped: \(updateSkipReason)"))
    return checks
  }

  /// What lies outside of the configuration: files, port and database.
  private func surroundings() async -> [DoctorCheck] {
    var (target, checks) = DatabaseTarget.read(subject.database, drivers: drivers)
    let file = target?.filePath.map(EmbeddedFile.init)
    if let file { checks += await TimeBox.checks("db_parent") { [file.parentCheck] } }
    checks.append(Self.directMessages)
    let tls = TLSChecks(
      certificate: subject.reader.text("MARCHAT_TLS_CERT_FILE"),
      key: subject.reader.text("MARCHAT_TLS_KEY_FILE"))
    checks += await TimeBox.checks("tls") { tls.checks() }
    if let port = subject.port {
      let check = PortCheck(host: subject.reader.text("DOVETAIL_BIND"), port: port)
      checks += await TimeBox.checks("port") { [check.check()] }
    }
    if let target { checks += await database(target, file) }
    return checks
  }

  private func database(_ target: DatabaseTarget, _ file: EmbeddedFile?) async -> [DoctorCheck] {
    guard let file else { return await DatabaseVisit(target: target, state: .other).checks() }
    guard let state = await TimeBox.run(within: .seconds(5), { file.state }) else {
      return [DoctorCheck("db_ping", .error, "no answer from the disk of \(file.path) within 5 s")]
    }
    return await DatabaseVisit(target: target, state: state).checks()
  }

  private static let directMessages = DoctorCheck(
    "dm_history", .ok,
    "stored direct messages name their recipient; they are replayed and found only for the two "
      + "people concerned")

  private var updateSkipReason: String {
    let refusal = subject.reader.text("MARCHAT_DOCTOR_NO_NETWORK")?.lowercased()
    if ["1", "true", "yes"].contains(refusal.map(ListValue.trimmed)) {
      return "MARCHAT_DOCTOR_NO_NETWORK is set"
    }
    return "this server asks nobody on the network by itself"
  }
}
