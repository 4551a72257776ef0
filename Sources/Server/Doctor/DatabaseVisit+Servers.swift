import DriverAPI

extension DatabaseVisit {
  /// The servers that share the database as one chat: which are at work, and whether they fit together. nil
  /// where there has been none.
  func servers(of database: Database) async throws -> DoctorCheck? {
    guard try await database.tableNames().contains(ClusterTables.servers) else { return nil }
    let members = try await ServerRegistry(database: database).members().members
    return findings.servers(members.sorted { $0.name < $1.name })
  }
}

extension ServerFindings {
  /// - Parameter members: the servers that are listed, by name.
  func servers(
    _ members: [ClusterMember], lifetime: Duration = ClusterTiming().lifetime
  ) -> DoctorCheck? {
    guard !members.isEmpty else { return nil }
    let living = members.filter { $0.isAlive(within: lifetime) }
    let facts =
      living.isEmpty
      ? "no server shares this database now"
      : "\(living.count) at work: " + living.map(Self.text).joined(separator: "; ")
    let doubts = [
      dead(members.filter { !$0.isAlive(within: lifetime) }), mixed(living), apart(living),
    ].compactMap { $0 }
    return doubts.isEmpty
      ? DoctorCheck("db_servers", .ok, facts)
      : DoctorCheck("db_servers", .warn, ([facts] + doubts).joined(separator: "; "))
  }

  private static func text(_ member: ClusterMember) -> String {
    let lag = member.feedLag.map { ", \(milliseconds($0)) ms behind the others" } ?? ""
    return "\(LogText.line(member.name)) (\(LogText.line(member.version)), "
      + "\(member.clientCount) clients, sign of life \(milliseconds(member.age)) ms ago\(lag))"
  }

  private func dead(_ members: [ClusterMember]) -> String? {
    guard !members.isEmpty else { return nil }
    let names = members.map {
      "\(LogText.line($0.name)) (\(LogText.line($0.host)), process \(LogText.line($0.process)), "
        + "silent for \($0.age.components.seconds) s"
        + ($0.isLost ? ")" : ", its names are not free yet)")
    }
    return
      "dead but still listed: \(names.joined(separator: ", ")); those at work free their names "
      + "and remove them after \(ClusterTiming().memory.components.seconds / 60) minutes; if one "
      + "should be alive, see what it logs"
  }

  private func mixed(_ members: [ClusterMember]) -> String? {
    let versions = Set(members.map(\.version)).sorted()
    let schemas = Set(members.map(\.schemaVersion)).sorted()
    guard versions.count > 1 || schemas.count > 1 else { return nil }
    return
      "their versions differ (\(versions.map(LogText.line).joined(separator: ", ")), for schemas "
      + "\(schemas.map { "\($0)" }.joined(separator: ", "))): finish the update, one server at a time"
  }

  private func apart(_ members: [ClusterMember]) -> String? {
    let differences = members.map(\.clockDifference)
    guard let first = differences.min(), let last = differences.max() else { return nil }
    let worst = max(last - first, max(last, .zero - first))
    guard worst > Self.maxClockGap else { return nil }
    let named = members.map {
      "\(LogText.line($0.name)) \(Self.milliseconds($0.clockDifference)) ms"
    }
    return
      "their clocks are apart (ahead of the database's: \(named.joined(separator: ", "))): set up "
      + "NTP on all machines"
  }

  /// How far clocks may be apart before somebody should look.
  private static let maxClockGap = Duration.seconds(2)

  private static func milliseconds(_ duration: Duration) -> Int64 {
    Int64(duration / .milliseconds(1))
  }
}
