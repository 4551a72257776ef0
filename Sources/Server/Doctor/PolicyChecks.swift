/// Says who may do what and how long messages are kept, with the contradictions among the settings.
enum PolicyChecks {
  /// Checks of a configuration that is valid in itself.
  static func checks(_ configuration: ServerConfiguration) -> [DoctorCheck] {
    [admins(configuration), retention(configuration)]
  }

  private static func admins(_ configuration: ServerConfiguration) -> DoctorCheck {
    guard configuration.hasAdmins else {
      return DoctorCheck(
        "admins", .ok,
        "no admins: nobody can pin, or delete what others said; set MARCHAT_ADMIN_KEY and MARCHAT_USERS to change that"
      )
    }
    let names = configuration.admins.sorted()
    if let allowed = configuration.allowedUsers {
      let shutOut = names.filter { !allowed.contains($0) }
      if !shutOut.isEmpty {
        return DoctorCheck(
          "admins", .warn,
          "not in MARCHAT_ALLOWED_USERS and so unable to log in: "
            + shutOut.joined(separator: ", "))
      }
    }
    return DoctorCheck(
      "admins", .ok,
      "admins with valid names, who pin and delete (other commands are still to come): "
        + names.joined(separator: ", "))
  }

  private static func retention(_ configuration: ServerConfiguration) -> DoctorCheck {
    let age = configuration.messageTTLHours.map { "for \($0) h at most" } ?? "at any age"
    let text = "the newest \(configuration.retentionMax) messages are kept, \(age)"
    guard configuration.messageTTLHours == nil,
      let hours = configuration.variables["MARCHAT_MESSAGE_TTL_HOURS"].flatMap({ Int($0) }),
      hours < 0
    else { return DoctorCheck("retention", .ok, text) }
    return DoctorCheck(
      "retention", .warn, "MARCHAT_MESSAGE_TTL_HOURS is negative and ignored: \(text)")
  }
}
