import ChatClient
import NIOCore

/// One user of a load run: joins its channel, then sends, or only listens. Confined to the event loop.
final class LoadUser: ChatListener {
  /// Its place among all users; the senders come first.
  let index: Int
  /// Whether the server confirmed the channel: what came before was the replay.
  private(set) var isReady = false
  /// Whether the socket still stands.
  private(set) var isConnected = true
  private(set) var sent: UInt64 = 0
  private(set) var echoed: UInt64 = 0

  /// Kept strongly, since sockets may end after the run did; the process ends with its run.
  private let run: LoadRun
  private var socket: ChatSocket?
  private var lastHeard: [UInt64]

  init(index: Int, run: LoadRun) {
    self.index = index
    self.run = run
    lastHeard = Array(repeating: 0, count: run.plan.senderCount)
  }

  /// Messages that are on their way.
  var outstanding: UInt64 { sent - echoed }

  func connect() {
    socket = ChatSocket.connect(
      run.plan.user(index), to: run.plan.address, on: run.eventLoop, listener: self)
  }

  func close() { socket?.close() }

  /// Sends the next message; it counts as sent at `time`.
  func send(at time: UInt64) {
    guard let socket, isConnected else { return }
    sent += 1
    let marker = Marker(run: run.plan.run, sender: index, sequence: sent, sentAt: time)
    socket.send { buffer in
      buffer.writeStaticString("{\"sender\":\"")
      buffer.writeString(socket.user)
      buffer.writeStaticString("\",\"content\":\"")
      marker.write(to: &buffer, size: run.plan.contentSize)
      buffer.writeStaticString("\",\"created_at\":\"0001-01-01T00:00:00Z\"}")
    }
  }

  func chatOpened(_ socket: ChatSocket) {
    socket.send(.join(channel: run.plan.channel(index)))
  }

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    guard isReady, let marker = Marker(in: message), marker.run == run.plan.run,
      marker.sender < lastHeard.count
    else {
      hear(message)
      return
    }
    guard marker.sequence > lastHeard[marker.sender] else {
      run.counts.repeated += 1
      return
    }
    lastHeard[marker.sender] = marker.sequence
    let now = NIODeadline.now().uptimeNanoseconds
    run.delivered(marker, at: now)
    guard marker.sender == index else { return }
    let inOrder = marker.sequence == echoed + 1 && message.contains("\"message_id\"")
    if !inOrder { run.counts.disordered += 1 }
    echoed += 1
    run.echoed(marker, by: self, at: now)
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    isConnected = false
    run.ended(self, closure)
  }

  /// Anything that is not a message of this run; only what the server itself says is of interest.
  private func hear(_ message: UnsafeRawBufferPointer) {
    guard message.contains("System") else { return }
    do throws(ChatClientError) {
      let frame = try ChatFrame(message)
      if frame.isFromSystem { hear(system: frame.content) }
    } catch {
      run.fail(ChatClientError("\(run.plan.user(index)) received \(error)."))
    }
  }

  private func hear(system text: String) {
    if text.hasPrefix("Rate limit") {
      run.fail(
        ChatClientError(
          "The server limits how fast a user may send. Start it without the limit "
            + "(DOVETAIL_RATE_LIMIT=off), or stay below 20 messages in 5 s with --rate 3."))
    } else if text.hasPrefix("Message not sent") {
      run.refused(text)
    } else if !isReady, text.hasPrefix("Joined channel #") {
      isReady = true
      run.becameReady()
    } else {
      run.note("The server said: \(text)")
    }
  }
}
