/// What a server knows of the others that share its database.
struct ClusterView: Sendable {
  /// What this server is called.
  var name: String
  /// Whether it has its names; if not, its clients can say nothing.
  var isHeld = true
  /// How far this machine's clock is ahead of the database's.
  var clockDifference = Duration.zero
  /// How far this server is behind with what the others store; nil if that is not known.
  var feedLag: Duration?
  /// The others that have their names, by name.
  var others: [ClusterMember] = []
  /// When they were read.
  var readAt = ContinuousClock.now

  /// How old a sign of life is by now.
  func age(of member: ClusterMember) -> Duration { member.age + (.now - readAt) }
}
