import ChatClient
import NIOCore

/// Somebody who sits in one channel on one server and writes down what he is shown. Confined to the event
/// loop.
final class Watcher: ChatListener {
  /// The ids of one connection, in the order of arrival.
  struct Notes: Sendable {
    let server: Int
    let channel: String
    var ids: [Int64] = []
    /// Whether the connection stood to the end.
    var isWhole = true
  }

  private let server: Int
  private let channel: String
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private let ledger: Ledger
  private var socket: ChatSocket?
  private var isIn = false
  private var isDone = false
  private(set) var notes: [Notes] = []
  private let ready: EventLoopPromise<Void>

  init(
    server: Int, channel: String, at address: ChatAddress, ledger: Ledger,
    on eventLoop: any EventLoop
  ) {
    self.server = server
    self.channel = channel
    self.address = address
    self.ledger = ledger
    self.eventLoop = eventLoop
    ready = eventLoop.makePromise()
  }

  /// Kept once it is in its channel for the first time.
  func start() -> EventLoopFuture<Void> {
    connect()
    let limit = eventLoop.assumeIsolated().scheduleTask(in: .seconds(30)) { [self] in
      ready.fail(ChatClientError("\(user) did not get in within 30 s."))
    }
    ready.futureResult.assumeIsolated().whenComplete { _ in limit.cancel() }
    return ready.futureResult
  }

  /// Leaves; what was noted stays.
  func finish() {
    isDone = true
    socket?.close()
  }

  private var user: String { "kt-watch-\(server + 1)-\(channel)" }

  private func connect() {
    isIn = false
    notes.append(Notes(server: server, channel: channel))
    socket = ChatSocket.connect(user, to: address, on: eventLoop, listener: self)
  }

  func chatOpened(_ socket: ChatSocket) { socket.send(.join(channel: channel)) }

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    do throws(ChatClientError) {
      let frame = try ChatFrame(message)
      if frame.isFromSystem {
        guard frame.content.hasPrefix("Joined channel #\(channel)") else { return }
        isIn = true
        ready.succeed()
      } else if isIn, frame.channel == channel, ["", "text"].contains(frame.type) {
        notes[notes.count - 1].ids.append(frame.messageID)
      }
    } catch {
      ledger.violate("\(user) received \(error)")
    }
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    guard !isDone else { return }
    notes[notes.count - 1].isWhole = false
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(300)) { [self] in
      if !isDone { connect() }
    }
  }
}

extension Ledger {
  /// Checks that each watcher was shown its channel as it is stored: from the first message on every one,
  /// in order, once; and the last one too if it was there to the end.
  func verify(_ notes: [Watcher.Notes], against state: StoredState) {
    var stored: [String: [Int64]] = [:]
    for row in state.messages { stored[row.channel, default: []].append(row.messageID) }
    for note in notes { verify(note, against: stored[note.channel] ?? []) }
  }

  private func verify(_ note: Watcher.Notes, against stored: [Int64]) {
    let place = "on server \(note.server + 1) in \(note.channel)"
    guard let first = note.ids.first else {
      if note.isWhole, let last = stored.last { violate("\(place) \(last) was not shown") }
      return
    }
    guard let start = stored.firstIndex(of: first) else {
      violate("\(place) \(first) was shown, which is not stored")
      return
    }
    for (offset, id) in note.ids.enumerated() {
      guard start + offset < stored.count else {
        violate("\(place) \(id) was shown behind the last that is stored")
        return
      }
      if stored[start + offset] != id {
        violate("\(place) \(id) was shown where \(stored[start + offset]) is stored")
        return
      }
    }
    let missing = stored.count - start - note.ids.count
    if note.isWhole, missing > 0 {
      let from = stored[stored.count - missing]
      violate("\(place) the last \(missing) were not shown, from \(from) on")
    }
  }
}
