/// What a server is to the others that share its database.
struct ServerIdentity: Sendable {
  /// What operators call it.
  var name: String
  /// The machine's name.
  var host: String
  /// What tells the process from every other on that machine, also from a later one of its number.
  var process: String
  /// Where it listens.
  var address: String
  /// Which build it is.
  var version = ServerVersion.current.detail
  /// Whether a process of this machine is known to have ended.
  var isGone: @Sendable (_ process: String) -> Bool = { _ in false }
  var timing = ClusterTiming()
}

/// How long things take among servers that share a database. All of them must have the same.
struct ClusterTiming: Sendable {
  /// How long a server is taken for alive that gives no sign of life, by the database's clock. Then its
  /// names are free.
  var lifetime = Duration.seconds(8)
  /// How long a server takes its names for its own after it asked for the last renewal that was granted.
  /// The difference is for clocks that do not run alike.
  var ownLifetime = Duration.seconds(6)
  /// How long a server that cannot reach the database keeps its clients, who can say nothing then.
  var silence = Duration.seconds(30)
  /// How often a server gives a sign of life.
  var beat = Duration.seconds(1)
  /// How long one may take before it is tried again.
  var beatPatience = Duration.seconds(2)
  /// How often the others are looked at.
  var look = Duration.milliseconds(450)
  /// How often they are where somebody tells of their changes.
  var restingLook = Duration.seconds(3)
  /// How long a log-in waits for a database that does not answer.
  var claimPatience = Duration.seconds(15)
  /// How long the row of a server that is gone is kept for operators.
  var memory = Duration.seconds(600)
}
