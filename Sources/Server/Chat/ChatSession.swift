import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// One user who is logged in over one socket.
final class ChatSession: Sendable {
  /// What tells it from every other session.
  let id = SessionID()
  /// The user.
  let name: UserName
  /// Whether the user has proved to be an administrator.
  let isAdmin: Bool
  /// The connection.
  let socket: any ClientSocket
  /// The way to the client.
  let outlet: Outlet
  /// What guards the room against this client.
  let intake: NIOLockedValueBox<Intake>
  // Set while the session stands on a list of sockets to flush.
  private let awaitsFlush = Atomic<Bool>(false)
  private let hasEnded = Atomic<Bool>(false)

  /// A session of a user who passed the handshake.
  init(_ name: UserName, isAdmin: Bool, socket: any ClientSocket, limitsRate: Bool) {
    self.name = name
    self.isAdmin = isAdmin
    self.socket = socket
    outlet = Outlet(to: socket)
    intake = NIOLockedValueBox(Intake(limitsRate: limitsRate))
  }

  /// Whether the session was ended; what its client still sends is ignored.
  var isOver: Bool { hasEnded.load(ordering: .relaxed) }

  /// Ends the session: nothing more is taken from its client.
  func end() {
    hasEnded.store(true, ordering: .relaxed)
    outlet.abandon()
  }

  /// How many bytes wait for its client.
  var heldByteCount: Int { outlet.heldByteCount + socket.heldByteCount }

  /// Puts the session on the caller's list of sockets to flush; false if it stands on one.
  func claimFlush() -> Bool {
    !awaitsFlush.load(ordering: .relaxed) && !awaitsFlush.exchange(true, ordering: .relaxed)
  }

  /// Takes it off the list again, before the flush.
  func flushBegins() {
    awaitsFlush.store(false, ordering: .relaxed)
  }
}

/// What one client has been up to lately.
struct Intake: Sendable {
  /// So many undecodable messages in a row end the session.
  static let maxMalformedCount = 20

  private var limiter: RateLimiter?
  private var malformedCount = 0

  init(limitsRate: Bool) {
    limiter = limitsRate ? RateLimiter() : nil
  }

  /// Judges a message that could be decoded.
  mutating func judge(at now: ContinuousClock.Instant) -> RateLimiter.Verdict {
    malformedCount = 0
    return limiter?.judge(at: now) ?? .pass
  }

  /// Notes a message that could not be decoded; false if it was one too many.
  mutating func toleratesMalformed() -> Bool {
    malformedCount += 1
    return malformedCount <= Self.maxMalformedCount
  }
}
