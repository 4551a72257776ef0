/// Somebody who is logged in on another server of the same chat.
struct DistantUser: Sendable, Equatable {
  var name: UserName
  /// The channel he is in.
  var channel: String
}
