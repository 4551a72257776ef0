import Logging
import NIOConcurrencyHelpers
import NIOCore

/// The receiving end of one socket, from its first message to its end.
///
/// Messages that arrive while the log-in is still being worked on wait here, in order.
final class Doorway: SocketReceiver {
  private enum Phase {
    case awaitingHandshake
    /// The client of another session with the same name is being asked whether it is there.
    case waitingForName
    case entering(ChatSession, waiting: [ByteBuffer], byteCount: Int)
    case inside(ChatSession)
    case closed
  }

  private enum Step {
    case handshake
    case message(ChatSession)
    case tooMany(ChatSession)
    /// Not because of this client alone.
    case noRoom(ChatSession)
    case nothing
  }

  private static let maxWaitingCount = 1024
  private static let maxWaitingByteCount = 16 << 20

  private let socket: any ClientSocket
  private let room: ChatRoom
  private let phase = NIOLockedValueBox(Phase.awaitingHandshake)

  /// The doorway of a socket that was just opened.
  init(_ socket: any ClientSocket, to room: ChatRoom) {
    self.socket = socket
    self.room = room
  }

  func received(_ message: ByteBuffer) {
    switch step(message) {
    case .handshake: begin(message)
    case .message(let session): room.received(message, from: session)
    case .tooMany(let session):
      room.expel(
        session, CloseCode.policyViolation, "too many messages before the log-in was finished")
    case .noRoom(let session):
      room.expel(
        session, CloseCode.tryAgainLater,
        "too many messages of all who are logging in; try again later")
    case .nothing: break
    }
  }

  func closed() {
    let session = phase.withLockedValue { phase -> ChatSession? in
      defer { phase = .closed }
      switch phase {
      case .entering(let session, _, let byteCount):
        giveBack(byteCount)
        return session
      case .inside(let session): return session
      case .awaitingHandshake, .waitingForName, .closed: return nil
      }
    }
    if let session { room.leave(session) }
  }

  private func step(_ message: ByteBuffer) -> Step {
    phase.withLockedValue { phase in
      switch phase {
      case .awaitingHandshake: return .handshake
      case .inside(let session): return .message(session)
      case .waitingForName, .closed: return .nothing
      case .entering(let session, var waiting, let byteCount):
        let total = byteCount + message.readableBytes
        guard waiting.count < Self.maxWaitingCount, total <= Self.maxWaitingByteCount else {
          return .tooMany(session)
        }
        guard room.early.change(by: message.readableBytes, for: socket.clientAddress) else {
          return .noRoom(session)
        }
        // Without this the enumeration would hold a second reference and appending would copy.
        phase = .closed
        waiting.append(message)
        phase = .entering(session, waiting: waiting, byteCount: total)
        return .nothing
      }
    }
  }

  private func begin(_ handshake: ByteBuffer) {
    do {
      enter(try room.admit(handshake, from: socket))
    } catch {
      guard error == .nameTaken else { return refuse(error, handshake) }
      phase.withLockedValue { $0 = .waitingForName }
      Task { await beginAgain(handshake) }
    }
  }

  /// Tries again where the name was taken, if whoever has it is gone.
  private func beginAgain(_ handshake: ByteBuffer) async {
    let isFree = await room.freeName(of: handshake)
    let isHere = phase.withLockedValue { phase in
      if case .waitingForName = phase { true } else { false }
    }
    guard isHere else { return }
    guard isFree else { return refuse(.nameTaken, handshake) }
    do {
      enter(try room.admit(handshake, from: socket))
    } catch {
      refuse(error, handshake)
    }
  }

  private func refuse(_ refusal: HandshakeRefusal, _ handshake: ByteBuffer) {
    phase.withLockedValue { $0 = .closed }
    let name = try? WireDecoder.handshake(handshake).username
    room.log.refused.note(name, socket.clientAddress, ["reason": "\(refusal.reason)"])
    guard refusal.isWrongKey else {
      return socket.close(code: refusal.code, reason: refusal.reason)
    }
    let (socket, delay, outflow) = (socket, room.settings.wrongKeyDelay, room.outflow)
    Task {
      // Nobody cancels this task; if the sleep ended early, a guess would only be answered sooner.
      try? await Task.sleep(for: delay)
      _ = socket.enqueue(
        OutgoingMessage(
          WireEncoder.authFailed(reason: HandshakeRefusal.wrongKeyDetail), in: outflow))
      socket.close(code: refusal.code, reason: refusal.reason)
    }
  }

  private func enter(_ session: ChatSession) {
    let isHere = phase.withLockedValue { phase in
      if case .closed = phase { return false }
      phase = .entering(session, waiting: [], byteCount: 0)
      return true
    }
    guard isHere else { return room.leave(session) }
    socket.acceptMessages(upTo: room.settings.maxMessageBytes)
    Task {
      await room.welcome(session)
      letIn(session)
    }
  }

  /// Works off what waited, then lets messages pass straight through.
  private func letIn(_ session: ChatSession) {
    while let batch = takeWaitingOrOpen() {
      for message in batch { room.received(message, from: session) }
    }
  }

  private func giveBack(_ byteCount: Int) {
    _ = room.early.change(by: -byteCount, for: socket.clientAddress)
  }

  private func takeWaitingOrOpen() -> [ByteBuffer]? {
    phase.withLockedValue { phase in
      guard case .entering(let session, let waiting, let byteCount) = phase else { return nil }
      giveBack(byteCount)
      if waiting.isEmpty {
        phase = .inside(session)
        return nil
      }
      phase = .entering(session, waiting: [], byteCount: 0)
      return waiting
    }
  }
}
