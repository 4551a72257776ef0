import ChatClient
import NIOCore

/// Users that connect and then do nothing. Confined to the event loop.
final class IdleCrowd {
  private let names: [String]
  private let address: ChatAddress
  private let eventLoop: any EventLoop
  private let arrived: EventLoopPromise<Void>
  private var users: [IdleUser] = []
  private var welcomedCount = 0
  private var goneCount = 0

  /// How long the crowd may take to gather.
  private static let patience = TimeAmount.seconds(120)

  private init(
    _ count: Int, prefix: String, address: ChatAddress, on eventLoop: any EventLoop,
    arrived: EventLoopPromise<Void>
  ) {
    names = (1...count).map { "\(prefix)-\($0)" }
    self.address = address
    self.eventLoop = eventLoop
    self.arrived = arrived
  }

  /// Connects `count` users and waits until the server has spoken to each.
  static func gather(
    _ count: Int, prefix: String, address: ChatAddress, on eventLoop: any EventLoop
  ) async throws -> Handle {
    let arrived = eventLoop.makePromise(of: Void.self)
    let handle = try await eventLoop.submit {
      let crowd = IdleCrowd(
        count, prefix: prefix, address: address, on: eventLoop, arrived: arrived)
      crowd.start()
      return Handle(crowd: NIOLoopBound(crowd, eventLoop: eventLoop), eventLoop: eventLoop)
    }.get()
    try await arrived.futureResult.get()
    return handle
  }

  /// What code outside the event loop may hold of a crowd.
  struct Handle: Sendable {
    fileprivate let crowd: NIOLoopBound<IdleCrowd>
    fileprivate let eventLoop: any EventLoop

    /// Closes all connections and returns how many were still standing.
    func disperse() async throws -> Int {
      try await eventLoop.submit { crowd.value.disperse() }.get()
    }
  }

  fileprivate func welcomed() {
    welcomedCount += 1
    connectNext()
    if welcomedCount == names.count { arrived.succeed() }
  }

  fileprivate func gone(_ user: String, _ closure: ChatClosure) {
    goneCount += 1
    // After everybody arrived this changes nothing: the promise is kept already.
    if welcomedCount < names.count { arrived.fail(ChatClientError("\(user): \(closure).")) }
  }

  private func start() {
    for _ in 0..<min(32, names.count) { connectNext() }
    let arrived = self.arrived
    let count = names.count
    eventLoop.scheduleTask(in: Self.patience) {
      arrived.fail(ChatClientError("\(count) users could not all connect in two minutes."))
    }
  }

  private func connectNext() {
    guard users.count < names.count else { return }
    let user = IdleUser(crowd: self)
    user.socket = ChatSocket.connect(
      names[users.count], to: address, on: eventLoop, listener: user)
    users.append(user)
  }

  private func disperse() -> Int {
    let remaining = names.count - goneCount
    for user in users { user.socket?.close() }
    return remaining
  }
}

/// One of the crowd; it waits for the server's first message and ignores the rest.
private final class IdleUser: ChatListener {
  var socket: ChatSocket?
  private let crowd: IdleCrowd
  private var isWelcome = false

  init(crowd: IdleCrowd) { self.crowd = crowd }

  func chatOpened(_ socket: ChatSocket) {}

  func chat(_ socket: ChatSocket, received message: UnsafeRawBufferPointer) {
    guard !isWelcome else { return }
    isWelcome = true
    crowd.welcomed()
  }

  func chat(_ socket: ChatSocket, ended closure: ChatClosure) {
    crowd.gone(socket.user, closure)
  }
}
