import DriverAPI

/// Which servers may serve a database together.
///
/// The rule for schemas: a version adds tables, and columns that may be left out; what the version before
/// uses goes only with the version after. So servers that are one version apart work on one schema,
/// and servers are updated one at a time and one version at a time.
enum ClusterGate {
  /// Why a server may not begin.
  struct Refusal: Error, CustomStringConvertible {
    var description: String
  }

  /// Makes the tables of the servers, and refuses to go on where those that are at work cannot go on with
  /// what this one would make of the schema. Changes nothing else.
  static func prepare(_ database: Database) async throws {
    if let holder = try await ServerLease.holder(in: database, ProcessIdentity.isGone) {
      throw Refusal(
        description:
          "a server that shares with nobody serves this database: process \(holder.process) on "
          + "\(holder.host), which listens on \(holder.address); stop it, and start it again with "
          + "DOVETAIL_SHARED_DATABASE=on")
    }
    try await ClusterTables.make(in: database)
    let target = try Migrator(ChatSchema.migrations).targetVersion
    for member in try await living(in: database) where abs(member.schemaVersion - target) > 1 {
      let isOlder = member.schemaVersion < target
      throw Refusal(
        description:
          "\(member.name) serves this database with the schema of version \(member.schemaVersion), "
          + "and this server is for \(target): servers at work may be one version apart; "
          + (isOlder ? "update it first, one version at a time" : "update this one"))
    }
  }

  /// The servers that share a database now and have their names.
  static func living(in database: Database) async throws -> [ClusterMember] {
    guard try await database.tableNames().contains(ClusterTables.servers) else { return [] }
    let lifetime = ClusterTiming().lifetime
    return try await ServerRegistry(database: database).members().members.filter { member in
      let hasEnded =
        member.host == ProcessIdentity.place && ProcessIdentity.isGone(member.process)
      return member.isAlive(within: lifetime) && !hasEnded
    }
  }

  /// Refuses to serve a database alone that others share.
  static func checkIsUnshared(_ database: Database) async throws {
    guard let member = try await living(in: database).first else { return }
    throw Refusal(
      description:
        "\(member.name) serves this database together with others, in process \(member.process) on "
        + "\(member.host), which listens on \(member.address): set DOVETAIL_SHARED_DATABASE=on here "
        + "too, or stop them all")
  }
}
