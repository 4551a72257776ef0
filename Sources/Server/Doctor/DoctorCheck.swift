/// One thing the diagnostic report looked at, and what it found.
struct DoctorCheck: Sendable, Equatable {
  /// How well it is; a greater one is worse.
  enum Status: String, Sendable {
    /// As it should be, or none of the server's business.
    case ok
    /// The server runs, but somebody should look at it.
    case warn
    /// The server does not start, or does not work.
    case error
  }

  /// The stable name, for programs that read the report.
  var id: String
  var status: Status
  /// A sentence with the remedy; holds no secret.
  var message: String

  /// What was found, as a message for people.
  init(_ id: String, _ status: Status, _ message: String) {
    self.id = id
    self.status = status
    self.message = message
  }
}
