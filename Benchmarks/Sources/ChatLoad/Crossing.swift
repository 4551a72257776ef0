import ArgumentParser
import ChatClient
import NIOCore
import NIOPosix

/// From one server to another on the same database.
struct Crossing: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crossing",
    abstract: "One message at a time, from a client of one server to a client of another.")

  @OptionGroup var server: ServerOptions

  @Option(help: "The other server, whose client listens.")
  var other: String

  @Option(help: "How many messages.")
  var count = 100

  @Option(
    help:
      "Milliseconds between two messages on average; each pause is half to one and a half times that."
  )
  var pause = 500

  @Option(help: "What the names of the users and of their channel begin with.")
  var prefix = "cross"

  func validate() throws {
    guard (1...100_000).contains(count), (1...60_000).contains(pause) else {
      throw ValidationError("--count must be 1 to 100000, --pause 1 to 60000.")
    }
  }

  func run() async throws {
    let (from, to) = (try server.address(), try ChatAddress(other))
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let (count, pause, prefix) = (count, pause, prefix)
    let done = loop.makePromise(of: String.self)
    loop.execute {
      let run = CrossingRun(count: count, pause: pause, prefix: prefix, loop: loop, done: done)
      run.start(from, to)
    }
    print(try await done.futureResult.get())
  }
}

/// Two clients in one channel, one of whom speaks. Confined to the event loop.
private final class CrossingRun: ChatListener {
  private let count: Int
  private let pause: Int
  private let prefix: String
  private let loop: any EventLoop
  private let done: EventLoopPromise<String>
  private var sockets: [ChatSocket] = []
  private var readyCount = 0
  private var sent: UInt64 = 0
  private var histogram = LatencyHistogram()
  private let run = UInt64.random(in: 1...999_999_999)

  init(
    count: Int, pause: Int, prefix: String, loop: any EventLoop, done: EventLoopPromise<String>
  ) {
    self.count = count
    self.pause = pause
    self.prefix = prefix
    self.loop = loop
    self.done = done
  }

  func start(_ from: ChatAddress, _ to: ChatAddress) {
    for (name, address) in [("speaker", from), ("listener", to)] {
      sockets.append(
        ChatSocket.connect("\(prefix)-\(name)-\(run)", to: address, on: loop, listener: self))
    }
  }

  func chatOpened(_ socket: ChatSocket) { socket.send(.join(channel: "\(prefix)-\(run)")) }

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    if let marker = Marker(in: message), marker.run == run {
      guard socket === sockets[1] else { return }
      histogram.add(nanoseconds: NIODeadline.now().uptimeNanoseconds - marker.sentAt)
      if marker.sequence == sent { speakLater() }
    } else if message.contains("Joined channel #") {
      readyCount += 1
      if readyCount == 2 { speakLater() }
    }
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    done.fail(ChatClientError("The connection of \(socket.user) ended: \(closure)"))
  }

  private func speakLater() {
    guard sent < UInt64(count) else { return report() }
    let pause = Int64.random(in: Int64(pause) / 2...Int64(pause) * 3 / 2)
    let bound = NIOLoopBound(self, eventLoop: loop)
    loop.scheduleTask(in: .milliseconds(pause)) { bound.value.speak() }
  }

  private func speak() {
    sent += 1
    let marker = Marker(
      run: run, sender: 0, sequence: sent, sentAt: NIODeadline.now().uptimeNanoseconds)
    sockets[0].send { [user = sockets[0].user] buffer in
      buffer.writeString("{\"sender\":\"\(user)\",\"content\":\"")
      marker.write(to: &buffer, size: 64)
      buffer.writeStaticString("\",\"created_at\":\"0001-01-01T00:00:00Z\"}")
    }
  }

  private func report() {
    let figures = [0.5, 0.99, 1].map { histogram.milliseconds(at: $0).formattedTenths }
    done.succeed(
      "crossing: \(count) messages, median \(figures[0]) ms, p99 \(figures[1]) ms, longest \(figures[2]) ms"
    )
  }
}

extension Double {
  fileprivate var formattedTenths: String { "\((self * 10).rounded() / 10)" }
}
