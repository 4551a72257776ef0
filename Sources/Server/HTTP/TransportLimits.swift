import NIOCore

/// The bounds that keep one client, or many, from holding the server up.
struct TransportLimits: Sendable {
  /// How long a connection may take to send a whole HTTP request.
  var requestTimeout: TimeAmount = .seconds(10)
  /// How long a kept-alive HTTP connection may wait before its next request is complete.
  var keepAliveTimeout: TimeAmount = .seconds(30)
  /// How long a route may take to answer.
  var responseTimeout: TimeAmount = .seconds(60)
  /// How long an upgraded connection may take to send its first message.
  var handshakeTimeout: TimeAmount = .seconds(10)
  /// How often the server pings.
  var pingInterval: TimeAmount = .seconds(54)
  /// How long nothing at all may arrive before a connection counts as dead.
  var readTimeout: TimeAmount = .seconds(60)
  /// How long a peer may take no byte while some are waiting for it.
  var writeTimeout: TimeAmount = .seconds(10)
  /// How long queued messages and the exchange of close frames may take.
  var closeTimeout: TimeAmount = .seconds(2)
  /// How often the limits on time are looked at, and so how exact they are.
  var sweepInterval: TimeAmount = .milliseconds(500)
  /// The longest first message, in bytes.
  var maxHandshakeBytes = 4096
  /// The longest body of an HTTP request, in bytes.
  var maxBodyBytes = 65_536
  /// How many bytes of an unfinished message each connection may hold that count for nothing.
  var freeUnfinishedBytes = 65_536
  /// How many bytes of unfinished messages all connections may hold beyond that; one address may
  /// have half of them.
  var maxUnfinishedBytes = 64 << 20
  /// How often a message that has begun must have brought something.
  var messagePaceInterval: TimeAmount = .seconds(30)
  /// How many bytes of it must arrive in that time.
  var minBytesPerPaceInterval = 16_384
  /// How many messages may wait for one client beyond what its channel takes.
  var maxQueuedFrames = 1024
  /// How many bytes may wait for one client beyond what its channel takes.
  var maxQueuedBytes = 64 << 20
  /// How many connections may be open at once, HTTP and WebSocket together.
  var maxConnections = 20_000
  /// How many of them may come from one address that is no trusted proxy; nil for no limit.
  var maxConnectionsPerAddress: Int?
  /// Whether connections from this machine itself do not count for that.
  var exemptsLoopback = false
  /// How many connections may be open beyond `maxConnections` to be told that there is no room.
  var maxRefusedConnections = 32
}
