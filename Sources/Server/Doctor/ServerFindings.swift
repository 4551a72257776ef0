import DriverAPI

/// Judges what a database server told, in the same words for every product.
struct ServerFindings {
  let target: DatabaseTarget

  /// How far the two clocks may be apart before somebody should look.
  private static let maxClockDifference: Int64 = 2_000_000

  /// - Parameter protocolName: such as `TLSv1.3`; nil if the session is not encrypted.
  func tls(_ protocolName: String?, cipher: String?) -> DoctorCheck {
    if let protocolName {
      let cipher = cipher.map { " with \($0)" } ?? ""
      return DoctorCheck("db_tls", .ok, "the connection is encrypted: \(protocolName)\(cipher)")
    }
    guard isLocal else {
      return DoctorCheck(
        "db_tls", .warn,
        "the connection to another machine is not encrypted; demand it with \(tlsOption)")
    }
    return DoctorCheck("db_tls", .ok, "the connection is not encrypted and stays on this machine")
  }

  /// - Parameters:
  ///   - limit: how many sessions the server takes from ordinary users.
  ///   - inUse: how many there are now, the one of this report among them.
  ///   - remedy: what gives more.
  func pool(
    limit: Int, inUse: Int, remedy: String = "raise max_connections"
  ) -> DoctorCheck {
    let wanted = target.plan.maxWriters ?? DatabaseConfiguration().maxConnections
    let facts =
      "this server opens up to \(wanted) connections; the database takes \(limit), of which "
      + "\(inUse) are in use"
    guard wanted > limit - inUse + 1 else { return DoctorCheck("db_pool", .ok, facts) }
    return DoctorCheck(
      "db_pool", .warn, "\(facts): \(remedy) or let others use fewer")
  }

  /// - Parameters:
  ///   - encoding: how the server stores text.
  ///   - isUnicode: whether every text can be stored.
  func encoding(_ encoding: String, isUnicode: Bool, remedy: String) -> DoctorCheck {
    isUnicode
      ? DoctorCheck("db_encoding", .ok, "text is \(encoding)")
      : DoctorCheck("db_encoding", .error, "text is \(encoding), not Unicode; \(remedy)")
  }

  /// - Parameters:
  ///   - session: the time zone of the session.
  ///   - server: the one of the server, for people.
  ///   - now: what the server's clock shows.
  func timeZone(session: String, server: String, now: Timestamp) -> DoctorCheck {
    let facts = "session \(session), server \(server)"
    guard ["UTC", "Etc/UTC", "GMT", "+00:00"].contains(session) else {
      return DoctorCheck(
        "db_time_zone", .error, "\(facts): take the time zone out of MARCHAT_DB_PATH")
    }
    let difference = abs(now.microseconds - Timestamp.now.microseconds)
    guard difference > Self.maxClockDifference else {
      return DoctorCheck("db_time_zone", .ok, facts)
    }
    return DoctorCheck(
      "db_time_zone", .warn,
      "\(facts); the clocks of the two machines differ by \(difference / 1_000_000) s: set up NTP")
  }

  /// - Parameters:
  ///   - settings: what decides on it, as `name = value`.
  ///   - weak: those of them that let a crash lose what was acknowledged.
  func durability(_ settings: [String], weak: [String]) -> DoctorCheck {
    let facts = settings.joined(separator: ", ")
    guard !weak.isEmpty else { return DoctorCheck("db_durability", .ok, facts) }
    return DoctorCheck(
      "db_durability", .warn,
      "\(facts): a crash can lose messages that were shown already; set "
        + weak.joined(separator: ", "))
  }

  private var tlsOption: String {
    target.url.scheme.hasPrefix("postgres") ? "sslmode=verify-full" : "ssl-mode=VERIFY_IDENTITY"
  }

  private var isLocal: Bool {
    target.url.hosts.allSatisfy { host in
      host.isSocket || host.name.isEmpty || host.name == "localhost" || host.name == "::1"
        || host.name.hasPrefix("127.")
    }
  }
}
