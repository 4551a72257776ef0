import ChatClient
import NIOCore

/// A user who writes, edits, deletes, reacts, reads and moves about as fast as the server lets it.
/// Confined to the event loop.
final class Writer: ChatListener {
  let index: Int
  let round: Int
  let ledger: Ledger
  private(set) var isReady = false
  private(set) var hasEnded = false

  /// What was sent and not seen again yet, with the time it was sent.
  var underWay: [Operation: NIODeadline] = [:]
  var channel = ""
  /// Own messages of this round in the present channel that are neither deleted nor being deleted.
  var own: [Nonce] = []
  /// The last messages seen in the present channel, anybody's.
  var heard: [Int64] = []
  /// Own reactions to messages of the present channel that were confirmed.
  var reacted: [StoredState.Reaction] = []
  var sequence = 0
  var lastReceipt: Int64 = 0
  var random: SplitMix64

  private let fleet: Fleet
  private var socket: ChatSocket?
  private var isWriting = false
  /// The id of the last message delivered live, to see that they come in order.
  private var lastDelivered: Int64 = 0

  /// How many operations may be under way.
  private static let window = 8

  init(index: Int, round: Int, ledger: Ledger, fleet: Fleet, seed: UInt64) {
    self.index = index
    self.round = round
    self.ledger = ledger
    self.fleet = fleet
    random = SplitMix64(seed: seed)
  }

  /// The channels there are to move between.
  var channelNames: [String] { fleet.channelNames }

  var user: String { ledger.users[index] }

  func connect(to address: ChatAddress, on eventLoop: any EventLoop) {
    socket = ChatSocket.connect(user, to: address, on: eventLoop, listener: self)
  }

  /// Connects again. Nobody knows what became of what was under way.
  func comeBack(to address: ChatAddress, on eventLoop: any EventLoop) {
    hasEnded = false
    isReady = false
    underWay = [:]
    // What this connection sends is ordered, and what the last one sent may still be stored.
    sequence = (sequence / Nonce.connectionStride + 1) * Nonce.connectionStride
    connect(to: address, on: eventLoop)
  }

  func begin() {
    isWriting = true
    pump()
  }

  func send(_ request: ChatRequest, as operation: Operation) {
    underWay[operation] = .now()
    socket?.send(request)
  }

  /// Moves to `channel`; what was known of the present one is of no use there.
  func move(to channel: String) {
    self.channel = channel
    lastDelivered = 0
    own = []
    heard = []
    reacted = []
    ledger.willJoin(channel, user: user)
    send(.join(channel: channel), as: .join(channel))
  }

  private var isMoving: Bool { underWay.keys.contains { $0.kind == "join" } }

  /// Sends until the window is full. A move waits alone half of the time, and otherwise overtakes
  /// what is still under way.
  func pump() {
    guard isWriting, !hasEnded else { return }
    while underWay.count < Self.window, !isMoving { act() }
  }

  /// Starts nothing new.
  func stopWriting() { isWriting = false }

  func disconnect() { socket?.close() }

  /// Gives up waiting for what the server has left unanswered for too long.
  func sweep() {
    let limit = NIODeadline.now() - fleet.patience
    let stale = underWay.filter { $0.value < limit }.map(\.key)
    guard !stale.isEmpty else { return }
    for operation in stale {
      underWay[operation] = nil
      // A receipt for a message that was deleted meanwhile says nothing to anybody.
      if case .receipt(let id) = operation, ledger.isDeleted(id) { continue }
      ledger.sawNothing(of: operation.kind)
    }
    pump()
  }

  // MARK: What the server says

  func chatOpened(_ socket: ChatSocket) {
    move(to: channelNames[index % channelNames.count])
  }

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    do throws(ChatClientError) {
      let frame = try ChatFrame(message)
      if frame.isFromSystem {
        hear(system: frame.content)
      } else if isReady, !frame.sender.isEmpty {
        hear(frame)
      }
    } catch {
      ledger.violate("\(user) received \(error)")
    }
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    hasEnded = true
    fleet.ended(self, closure)
  }

  private func hear(system text: String) {
    if text.hasPrefix("Joined channel #") {
      hear(join: text.dropFirst("Joined channel #".count))
    } else if text.hasPrefix("Rate limit") {
      fleet.fail(
        ChatClientError("The server limits the rate although DOVETAIL_RATE_LIMIT is off."))
    } else if let refusal = Refusal(text) {
      hear(refusal, text)
    } else if Refusal.isLate(text) {
      return
    } else if !text.hasPrefix("Reaction failed: message not found") || !forgetLateReaction() {
      ledger.violate("\(user) was refused what is allowed: \(text)")
    }
  }

  private func hear(join rest: Substring) {
    let words = rest.split(separator: " ", maxSplits: 1)
    let joined = words.first.map(String.init) ?? ""
    // Words behind the name say that it was not stored; then any earlier one may be the stored one.
    if words.count == 1 { ledger.sawJoin(joined, user: user) }
    confirm(.join(joined))
    if !isReady {
      isReady = true
      fleet.becameReady(self)
    }
  }

  /// An author's changes are answered in the order in which they were sent, so the oldest of the kind
  /// is the one that was refused.
  private func hear(_ refusal: Refusal, _ text: String) {
    let candidates = underWay.filter { $0.key.kind == refusal.kind }
    guard let oldest = candidates.min(by: { $0.value < $1.value })?.key else {
      // What was given up after too long a wait is answered all the same.
      if refusal.isFinal { ledger.violate("\(user) was refused what is not under way: \(text)") }
      return
    }
    ledger.sawRefusal(of: oldest, isFinal: refusal.isFinal)
    confirm(oldest)
  }

  /// Somebody may delete a message while another reacts to it; the reaction may then be refused.
  /// Gives up the oldest such reaction; false if none of those under way came too late.
  private func forgetLateReaction() -> Bool {
    let late = underWay.filter { operation, _ in
      guard case .reaction(let key, _) = operation else { return false }
      return ledger.isDeleted(key.messageID)
    }
    guard let oldest = late.min(by: { $0.value < $1.value }) else { return false }
    ledger.sawRefusedReaction()
    confirm(oldest.key)
    return true
  }

  private func hear(_ frame: ChatFrame) {
    switch frame.type {
    case "", "text": hear(text: frame)
    case "edit":
      ledger.sawEdit(of: frame.messageID, to: frame.content)
      if let version = Nonce.read(frame.content)?.version {
        confirm(.edit(frame.messageID, version: version))
      }
    case "delete":
      ledger.sawDelete(of: frame.messageID)
      confirm(.delete(frame.messageID))
    case "reaction":
      guard let reaction = frame.reaction else { return }
      hear(reaction, from: frame.sender)
    case "read_receipt":
      ledger.sawReceipt(frame.messageID, of: frame.sender)
      if frame.sender == user { confirm(.receipt(frame.messageID)) }
    default: ledger.violate("\(user) received a frame of the type \(frame.type)")
    }
  }

  private func hear(text frame: ChatFrame) {
    guard let (nonce, version) = Nonce.read(frame.content) else {
      ledger.violate("\(user) was shown a text that nobody wrote: \(frame.content)")
      return
    }
    ledger.sawText(nonce, version: version, id: frame.messageID, channel: frame.channel)
    // Frames of the channel that was just left may still come; they are no part of the new one.
    if frame.channel == channel {
      if frame.messageID <= lastDelivered {
        ledger.violate("\(user) was shown \(frame.messageID) after \(lastDelivered)")
      }
      lastDelivered = frame.messageID
      heard.append(frame.messageID)
      if heard.count > 64 { heard.removeFirst(32) }
      if nonce.author == index { own.append(nonce) }
      if own.count > 64 { own.removeFirst(32) }
    }
    if nonce.author == index { confirm(.text(nonce)) }
  }

  private func hear(_ reaction: ChatFrame.Reaction, from sender: String) {
    let key = StoredState.Reaction(
      messageID: reaction.targetID, user: sender, emoji: reaction.emoji)
    ledger.sawReaction(key, isRemoval: reaction.isRemoval)
    guard sender == user else { return }
    if !reaction.isRemoval, heard.contains(key.messageID) { reacted.append(key) }
    confirm(.reaction(key, isRemoval: reaction.isRemoval))
  }

  private func confirm(_ operation: Operation) {
    if underWay.removeValue(forKey: operation) != nil { pump() }
  }
}
