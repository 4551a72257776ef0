import ChatClient
import NIOCore
import Testing

@testable import KillTest

/// The ledger must be able to find what it is there to find.
@Suite("What the kill test notices")
struct LedgerTests {
  private let ledger = Ledger(userCount: 2)
  private let nonce = Nonce(round: 1, author: 0, sequence: 1)

  /// A text of user kt-1, sent and shown with id 7, and the row that belongs to it.
  private func shownMessage() -> StoredState.Message {
    ledger.willSend(nonce, in: "general")
    ledger.sawText(nonce, version: 0, id: 7, channel: "general")
    return row(7)
  }

  private func row(_ id: Int64, version: Int = 0) -> StoredState.Message {
    StoredState.Message(
      id: id, messageID: id, sender: "kt-1", content: nonce.content(version: version),
      edited: version > 0, deleted: false, channel: "general")
  }

  private func violations(_ state: StoredState) -> [String] {
    ledger.verify(state)
    return ledger.takeReport().violations
  }

  @Test("A stored message is in order")
  func clean() {
    let row = shownMessage()
    #expect(violations(StoredState(messages: [row])) == [])
  }

  @Test("A shown message that is gone")
  func lost() {
    _ = shownMessage()
    #expect(violations(StoredState()).count == 1)
  }

  @Test("A message that is stored twice")
  func twice() {
    let first = shownMessage()
    #expect(!violations(StoredState(messages: [first, row(8)])).isEmpty)
  }

  @Test("A message with another id than the shown one")
  func otherID() {
    _ = shownMessage()
    #expect(!violations(StoredState(messages: [row(8)])).isEmpty)
  }

  @Test("An edit that was shown and is not stored")
  func lostEdit() {
    let row = shownMessage()
    _ = ledger.willEdit(nonce)
    ledger.sawEdit(of: 7, to: nonce.content(version: 1))
    #expect(violations(StoredState(messages: [row])).count == 1)
  }

  @Test("An edit that was sent and not shown may be stored or not")
  func unseenEdit() {
    _ = shownMessage()
    _ = ledger.willEdit(nonce)
    #expect(violations(StoredState(messages: [row(7, version: 1)])) == [])
  }

  @Test("A deletion that was shown and is not stored")
  func lostDelete() {
    let row = shownMessage()
    ledger.willDelete(nonce)
    ledger.sawDelete(of: 7)
    #expect(violations(StoredState(messages: [row])).count == 1)
  }

  @Test("A message that comes back after a restart had lost it")
  func revenant() {
    ledger.willSend(nonce, in: "general")
    #expect(violations(StoredState()) == [])
    #expect(violations(StoredState(messages: [row(7)])).count == 1)
  }

  @Test("A reaction that was shown and is gone, and one that was removed and is not")
  func reactions() {
    let row = shownMessage()
    let kept = StoredState.Reaction(messageID: 7, user: "kt-2", emoji: "👍")
    let removed = StoredState.Reaction(messageID: 7, user: "kt-2", emoji: "🎉")
    for key in [kept, removed] {
      ledger.willReact(key, isRemoval: false)
      ledger.sawReaction(key, isRemoval: false)
    }
    ledger.willReact(removed, isRemoval: true)
    ledger.sawReaction(removed, isRemoval: true)
    let found = violations(StoredState(messages: [row], reactions: [removed]))
    #expect(found.count == 2)
  }

  @Test("A receipt and a channel that were confirmed and are not stored")
  func receiptAndChannel() {
    let row = shownMessage()
    ledger.willAcknowledge(7, by: "kt-1")
    ledger.sawReceipt(7, of: "kt-1")
    ledger.willJoin("dev", user: "kt-1")
    ledger.sawJoin("dev", user: "kt-1")
    #expect(violations(StoredState(messages: [row])).count == 2)
  }

  @Test("An id that is not above one seen before the message was sent")
  func order() {
    _ = shownMessage()
    let later = Nonce(round: 1, author: 1, sequence: 1)
    ledger.willSend(later, in: "general")
    ledger.sawText(later, version: 0, id: 6, channel: "general")
    #expect(ledger.takeReport().violations.count == 1)
  }

  @Test("A replay that lacks a message, and one that shows it twice")
  func replay() throws {
    let row = shownMessage()
    let state = StoredState(messages: [row], newestByTime: [7])
    ledger.verify(replay: [], against: state)
    #expect(ledger.takeReport().violations.count == 1)
    let frame = try frame(id: 7, content: nonce.content(version: 0))
    ledger.verify(replay: [frame, frame], against: state)
    #expect(ledger.takeReport().violations.count == 1)
    ledger.verify(replay: [frame], against: state)
    #expect(ledger.takeReport().violations == [])
  }

  @Test("A replay that shows a message otherwise than it is stored, or without its reaction")
  func replayedOtherwise() throws {
    let row = shownMessage()
    let reaction = StoredState.Reaction(messageID: 7, user: "kt-2", emoji: "👍")
    let state = StoredState(messages: [row], reactions: [reaction], newestByTime: [7])
    let frame = try frame(id: 7, content: nonce.content(version: 1))
    ledger.verify(replay: [frame], against: state)
    #expect(ledger.takeReport().violations.count == 2)
  }

  /// A frame of the replay, as the server would send it for user kt-1.
  private func frame(id: Int64, content: String) throws -> ChatFrame {
    var buffer = ByteBuffer()
    ChatRequest.edit(messageID: id, content: content).write(sender: "kt-1", to: &buffer)
    var frame = try buffer.withUnsafeReadableBytes { bytes in try ChatFrame(bytes) }
    frame.type = "text"
    frame.channel = "general"
    return frame
  }
}
