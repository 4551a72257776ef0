import ChatClient

/// What a load run is to do.
struct LoadPlan: Sendable {
  /// The server.
  var address: ChatAddress
  /// Users that send; each counts its own messages.
  var senderCount: Int
  /// Users that only listen.
  var listenerCount = 0
  /// Channels the users are spread over.
  var channelCount: Int
  /// How long messages are counted, after the warm-up.
  var seconds: Double
  /// How long messages are sent before they count.
  var warmUpSeconds: Double
  /// How many messages of one sender may be without their echo.
  var window: Int
  /// Messages a second of one sender; nil sends as fast as the window lets it.
  var rate: Double?
  /// The least number of bytes of a message's content.
  var contentSize: Int
  /// What user and channel names begin with.
  var prefix: String
  /// Tells this run's messages from those of any other.
  var run = UInt64.random(in: 1...0xFFFF_FFFF)

  /// How long the run waits for users to be let in, and at its end for what is under way.
  static let patience = 30.0

  /// All users.
  var userCount: Int { senderCount + listenerCount }

  /// How many users share the channel of sender `index`.
  func memberCount(ofChannelOf index: Int) -> Int {
    let channel = index % channelCount
    return (userCount - channel + channelCount - 1) / channelCount
  }

  func user(_ index: Int) -> String { "\(prefix)-\(index + 1)" }

  func channel(_ index: Int) -> String { "\(prefix)-room-\(index % channelCount + 1)" }
}
