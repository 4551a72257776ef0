import ChatClient
import NIOCore

/// A newcomer who listens to what the server shows of the past and leaves. Confined to the event
/// loop.
final class ReplayReader: ChatListener {
  private var frames: [ChatFrame] = []
  private let promise: EventLoopPromise<[ChatFrame]>

  private init(_ promise: EventLoopPromise<[ChatFrame]>) { self.promise = promise }

  /// Connects as `user` and returns all messages and reactions that came before the answer to a
  /// question asked at once: the server reads a session's questions only behind its replay.
  static func read(as user: String, from address: ChatAddress, on eventLoop: any EventLoop)
    async throws -> [ChatFrame]
  {
    let promise = eventLoop.makePromise(of: [ChatFrame].self)
    eventLoop.execute {
      ChatSocket.connect(user, to: address, on: eventLoop, listener: ReplayReader(promise))
    }
    eventLoop.scheduleTask(in: .seconds(15)) {
      promise.fail(ChatClientError("\(user) did not get the whole replay within 15 s."))
    }
    return try await promise.futureResult.get()
  }

  func chatOpened(_ socket: ChatSocket) { socket.send(.listChannels) }

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    do throws(ChatClientError) {
      let frame = try ChatFrame(message)
      if frame.isFromSystem, frame.content.hasPrefix("Active channels:") {
        promise.succeed(frames)
        socket.close()
      } else if !frame.sender.isEmpty {
        frames.append(frame)
      }
    } catch {
      promise.fail(error)
    }
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    promise.fail(ChatClientError("\(socket.user): \(closure), in the middle of the replay."))
  }
}
